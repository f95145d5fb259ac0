import { SELF } from "cloudflare:test";
import { describe, it } from "vitest";
import { logged } from "../logged.ts";
import { asOwner } from "../owner.ts";
import { person } from "../person.ts";
import { until } from "./accounts-twin.ts";

/** More than are written while the caller waits. */
const ROWS = 45_000;

describe("a large download", () => {
  it("[L3] is written page by page while small requests go on, and streamed without a look at the database", { timeout: 120_000 }, async ({ expect }) => {
    const ada = await person();
    await asOwner(
      `insert into transactions (id, user_id, account_id, source, transaction_date, amount, currency, category, description, kind, moved_cash, created_at, updated_at)
       select gen_random_uuid(), u.id, a.id, 'manual', date '2025-01-01' + (i % 365), (i % 1000)::numeric / 100, 'USD', 'Category ' || i % 20, 'Row ' || i, 'manual', true, now(), now()
       from generate_series(1, $2::int) i, users u join accounts a on a.user_id = u.id where u.email = $1`,
      [ada.email, ROWS],
    );
    const made = await ada.post("/reports", { type: "transactions", from: "2025-01-01", to: "2025-12-31" });
    expect(made.status).toBe(202);
    const url = await until(async () => {
      const probe = await ada.get<{ downloadUrl: string | null }>(`/reports/${String(made.body["id"])}`);
      expect([200, 429]).toContain(probe.status);
      return probe.body.downloadUrl;
    }, 90);
    const { lines, result } = await logged(async () => {
      const response = await SELF.fetch(url, { headers: { "cf-connecting-ip": ada.ip } });
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      let [chunks, bytes, newlines] = [0, 0, 0];
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        chunks += 1;
        bytes += chunk.value.length;
        for (const byte of chunk.value) if (byte === 10) newlines += 1;
      }
      return { chunks, whole: bytes === Number(response.headers.get("content-length")), rows: newlines - 1 };
    });
    expect([result.whole, result.rows, result.chunks > 1]).toEqual([true, ROWS, true]);
    expect(lines.find((line) => line.event === "request")?.hops?.db).toBe(1);
  });
});
