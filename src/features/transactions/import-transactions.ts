import { type SQL, sql } from "drizzle-orm";
import { TIMEOUTS } from "../../../db/client.ts";
import { type InputError, Problem } from "../../core/errors.ts";
import { format } from "../../core/money.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { raisedVersion, raiseDataVersion } from "../books/data-version.ts";
import { manualPostings } from "../books/manual-ledger.ts";
import type { BankFile, BankRow } from "./import/bank-row.ts";
import { type Mapping, readCsvFile } from "./import/read-csv-file.ts";
import { readOfxFile } from "./import/read-ofx-file.ts";

/** A bank's file. `account` is the bank account that it is of, in the person's words or, in OFX, the bank's. */
export type BankUpload = {
  bytes: ArrayBuffer;
  charset: string;
  account?: string | undefined;
  dryRun: boolean;
} & ({ format: "csv"; mapping: Mapping } | { format: "ofx"; currency?: string | undefined });

/** `known` rows stand already, or were removed by hand: they are not added again. */
export type Imported = { dryRun: boolean; rows: number; added: number; known: number; errorCount: number; errors: InputError[]; preview: BankRow[] };

const PREVIEW = 10;
/** Of the rows in one request to the database, which refuses 10 MiB. */
const BODY_MOST = 6 * 1024 * 1024;

/**
 * Adds the rows of a bank's file to the person's own ledger, all or none: a row that cannot be read refuses the file, and a
 * dry run tells every such row. A row is the one of its account, date, amount and text that is the n-th of that day, so the
 * same file again, or one that overlaps it, adds nothing twice, and two equal coffees of one day stay two.
 */
export async function importTransactions(ctx: Ctx<"dbAs">, upload: BankUpload): Promise<Imported> {
  const file = read(upload);
  const { rows, errors, errorCount } = file;
  if (errorCount > 0 && !upload.dryRun)
    throw new Problem("invalid_request", {
      detail: `${errorCount} rows of the file cannot be read; nothing was added. A dry run shows the file as it is understood.`,
      errors,
    });
  const account = upload.account ?? file.account;
  if (account === null || account === undefined)
    throw new Problem("invalid_request", { detail: "Say which bank account the file is of.", errors: [{ pointer: "/account", detail: "is needed" }] });
  const db = ctx.dbAs(ctx.actor.userId, TIMEOUTS.page);
  const ids = rows.map(() => ctx.id());
  const given = identified(ctx, account, rows, ids);
  const { rows: counted } = await db.execute<{ known: string }>(
    sql`with ${given} select count(t.id) as known from named n join transactions t on t.account_id = n.account_id and t.entity = 'BankRow' and t.external_id = n.external_id`,
  );
  const known = Number(counted[0]?.known ?? 0);
  const preview = rows.slice(0, PREVIEW).map((row) => ({ ...row, amount: format(row.amount, row.currency) }));
  const told = { dryRun: upload.dryRun, rows: rows.length + errorCount, added: rows.length - known, known, errorCount, errors, preview };
  if (upload.dryRun || told.added === 0) return told;
  const within = { ...ctx, db };
  const at = ctx.now().toISOString();
  const [, written] = await db.batch([
    raiseDataVersion(within),
    db.execute(sql`with ${given}
      insert into transactions (id, user_id, account_id, source, entity, external_id, transaction_date, amount, currency, category, description, counterparty, memo, kind, moved_cash, data_version, created_at, updated_at)
      select i, ${ctx.actor.userId}, account_id, 'import', 'BankRow', external_id, d, a, c, g, w, p, m, 'bank', true, ${raisedVersion(within)}, ${at}, ${at} from named
      on conflict (account_id, entity, external_id) do nothing returning id`),
    ...manualPostings(within, ids),
    auditRow(ctx, db, {
      userId: ctx.actor.userId,
      action: "transaction.imported",
      subject: ids[0] ?? "",
      actor: ctx.actor.kind,
      details: { rows: rows.length, format: upload.format },
    }),
  ]);
  const added = (written as { rows: unknown[] }).rows.length;
  return { ...told, added, known: rows.length - added };
}

function read(upload: BankUpload): BankFile {
  const text = decoded(upload);
  return upload.format === "csv" ? readCsvFile(text, upload.mapping) : readOfxFile(text, upload.currency);
}

function decoded({ bytes, charset, format: kind }: BankUpload): string {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    // an OFX 1 file says its own: Windows' Latin, of which every byte has a meaning
    if (kind === "ofx") return new TextDecoder("windows-1252").decode(bytes);
    throw new Problem("invalid_request", {
      detail: `The file is not ${charset}.`,
      errors: [{ pointer: "", detail: "name its charset in the content type, as in `text/csv; charset=windows-1252`" }],
    });
  }
}

/** The rows as the database reads them, each with what tells it from every other. */
function identified(ctx: Ctx, account: string, rows: readonly BankRow[], ids: readonly string[]): SQL {
  const json = JSON.stringify(
    rows.map((row, n) => ({
      n,
      i: ids[n],
      d: row.transactionDate,
      a: row.amount,
      c: row.currency,
      g: row.category,
      w: row.description,
      p: row.counterparty,
      m: row.memo,
    })),
  );
  if (json.length > BODY_MOST) throw new Problem("too_large", { detail: "The file holds more text than is written at once: split it." });
  return sql`named as materialized (
    select r.*, own.id as account_id, md5(concat_ws(chr(31), ${account}::text, r.d, r.a, r.c, coalesce(r.w, ''), r.nth)) as external_id
    from (select g.*, row_number() over (partition by d, a, c, w order by n) as nth from jsonb_to_recordset(${json}::jsonb) as g(n int, i uuid, d date, a numeric(19, 4), c text, g text, w text, p text, m text)) r
      cross join (select id from accounts where user_id = ${ctx.actor.userId} and service_name = 'manual') own
  )`;
}
