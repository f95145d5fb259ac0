import { z } from "zod";
import { clean } from "../clean.ts";
import { state, tool } from "./tool.ts";

export const dataFreshness = tool(
  "data_freshness",
  "When the books were last copied from their source, and up to which day they reach.",
  z.strictObject({}),
  async (desk) => {
    const { rows } = await desk.ctx.db.execute<{ name: string; synced: string | null; status: string; latest: string | null }>(
      `select a.display_name as name, to_char(a.last_synced_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI') as synced, a.status,
       (select max(t.transaction_date)::text from mine.transactions t where t.account_id = a.id and not t.is_deleted) as latest
     from mine.accounts a where a.service_name <> 'grok' order by 1`,
    );
    const facts = rows.flatMap((row) => [
      ...(row.synced === null ? [] : [state(desk, { kind: "date", subject: `last sync of ${row.name}`, names: [row.name], value: row.synced })]),
      ...(row.latest === null ? [] : [state(desk, { kind: "date", subject: `newest transaction of ${row.name}`, names: [row.name], value: row.latest })]),
    ]);
    return { facts, more: { connections: rows.map(({ name, status }) => ({ name: clean(name), status })) }, step: "checking how fresh the data is" };
  },
);
