import { and, eq, inArray, sql } from "drizzle-orm";
import { personExports } from "../../../db/schema/auth.ts";
import { me } from "../../../db/schema/views.ts";
import { type Cell, csvLine } from "../../core/csv.ts";
import { unseal } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";
import { textOf } from "../archive/file.ts";
import { auditRow } from "../audit/audit-row.ts";
import { exportFile } from "./ask-export.ts";
import { mailRow, wakeMail } from "./mails.ts";
import { ZipWriter } from "./zip.ts";

const KEPT_MS = 7 * 86_400_000;
const PAGE = 2_000;

/** What we hold of a person that is of use to nobody but us, or to a thief. */
const WITHHELD = new Set([
  "password_hash",
  "totp_secret",
  "totp_last_step",
  "backup_codes",
  "mac",
  "access_token",
  "refresh_token",
  "external_account_id",
  "external_account_mac",
  "cursor",
  "transcript",
  "ask_key",
  "ask_hash",
  "lease_until",
  "token_version",
]);

/** What a page goes on from, where it is not `id`. Every view of the schema `mine` is copied, those that are added later too. */
const KEYS: Record<string, readonly string[]> = {
  archive_totals: ["archive_id", "n"],
  archived_transactions: ["transaction_id"],
  postings: ["transaction_id", "line"],
  source_documents: ["account_id", "entity", "external_id"],
  transaction_parts: ["transaction_id", "category"],
  transaction_versions: ["transaction_id", "version"],
};

/** What is needed to open the files of old transactions, which are copied as they are. */
const ARCHIVE_COLUMNS = ["id", "status", "sha256"].map((name) => ({ table: "archives", name, type: "text" }));

type Column = { table: string; name: string; type: string };
type Row = Record<string, unknown>;

/** Makes the archive of an export, or removes one whose week is over. A second delivery of the message changes nothing. */
export async function makeExport(ctx: Ctx<"db" | "files" | "queue">, exportId: string): Promise<void> {
  const { userId } = ctx.actor;
  const mine = and(eq(personExports.id, exportId), eq(personExports.userId, userId));
  const [found] = await ctx.db.select().from(personExports).where(mine);
  if (found?.status === "ready" && found.expiresAt !== null && Date.parse(found.expiresAt) <= ctx.now().getTime()) {
    await ctx.files.remove(userId, exportFile(exportId));
    await ctx.db.update(personExports).set({ status: "expired" }).where(mine);
  }
  if (found?.status !== "queued") return;
  const { bytes } = await ctx.files.write(userId, exportFile(exportId), archive(ctx), "application/zip");
  const now = ctx.now();
  const mailId = ctx.id();
  const [person] = await ctx.db.select({ email: me.email }).from(me);
  if (!person) return;
  await ctx.db.batch([
    ctx.db
      .update(personExports)
      .set({ status: "ready", bytes, readyAt: now.toISOString(), expiresAt: new Date(now.getTime() + KEPT_MS).toISOString() })
      .where(and(mine, inArray(personExports.status, ["queued"]))),
    mailRow(ctx, ctx.db, { id: mailId, userId, template: "export_ready", address: person.email }),
    auditRow(ctx, ctx.db, { userId, action: "export.made", subject: exportId, details: { bytes } }),
  ]);
  await wakeMail(ctx, userId, mailId);
}

/** Every table of the person's, as JSON and as CSV, in files of at most two thousand rows. */
async function* archive(ctx: Ctx<"db" | "files">): AsyncGenerator<Uint8Array> {
  const zip = new ZipWriter();
  const { rows: columns } = await ctx.db.execute<Column>(
    sql`select table_name as table, column_name as name, data_type as type from information_schema.columns where table_schema = 'mine' order by table_name, ordinal_position`,
  );
  for (const table of new Set(columns.map((column) => column.table))) {
    const own = columns.filter((column) => column.table === table && !WITHHELD.has(column.name));
    let part = 1;
    for await (const rows of pages(ctx, table, own)) {
      const name = `${table}-${String(part++).padStart(4, "0")}`;
      yield zip.file(`${name}.json`, JSON.stringify(rows, null, 1));
      yield zip.file(
        `${name}.csv`,
        csvLine(own.map((column) => column.name)) + rows.map((row) => csvLine(own.map((column) => cell(row[column.name], column.type)))).join(""),
      );
    }
  }
  for await (const rows of pages(ctx, "archives", ARCHIVE_COLUMNS))
    for (const { id, status, sha256 } of rows)
      if (status === "kept") yield zip.file(`archived/${String(id)}.ndjson`, await textOf(ctx, { id: String(id), sha256: String(sha256) }));
  yield zip.end();
}

async function* pages(ctx: Ctx<"db">, table: string, columns: Column[]): AsyncGenerator<Row[]> {
  const keys = KEYS[table] ?? ["id"];
  if (!keys.every((key) => columns.some((column) => column.name === key))) throw new Error(`${table} has no key to go on from`);
  const names = (list: readonly string[]) =>
    sql.join(
      list.map((name) => sql.identifier(name)),
      sql`, `,
    );
  const from = sql`select ${names(columns.map((column) => column.name))} from mine.${sql.identifier(table)}`;
  for (let after: unknown[] | null = null; ;) {
    const beyond: ReturnType<typeof sql> =
      after === null
        ? sql``
        : sql` where (${names(keys)}) > (${sql.join(
            after.map((value) => sql`${value}`),
            sql`, `,
          )})`;
    const { rows } = await ctx.db.execute<Row>(sql`${from}${beyond} order by ${names(keys)} limit ${PAGE}`);
    if (rows.length > 0) yield await Promise.all(rows.map((row) => opened(ctx, table, row)));
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = keys.map((key) => last[key]);
  }
}

/** Questions and answers are sealed where they rest; their owner gets them open. */
async function opened(ctx: Ctx, table: string, row: Row): Promise<Row> {
  if (table !== "ai_queries") return row;
  const open = (field: string, sealed: string) =>
    unseal(ctx.config.SEALING_KEYS, [ctx.actor.userId, String(row["id"]), field], sealed).catch(() => "(cannot be opened)");
  const response = row["response"] as { sealed?: string } | null;
  return {
    ...row,
    query_text: await open("question", String(row["query_text"])),
    response: response?.sealed ? await open("response", response.sealed) : response,
  };
}

function cell(value: unknown, type: string): Cell {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object") return JSON.stringify(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^(numeric|bigint|integer)$/.test(type) ? { number: text } : text;
}
