import { sql } from "drizzle-orm";
import { TIMEOUTS } from "../../../../db/client.ts";
import { fromUnits, isDecimal, toUnits } from "../../../core/money.ts";
import { entityOfLink } from "../../../integrations/quickbooks/translate/document.ts";
import { type Settlement, settledBefore } from "../../../integrations/quickbooks/translate/settled-before.ts";
import type { Session, SyncCtx } from "./session.ts";

/** A document by entity and id. */
export type Linked = { e: string; x: string };
type Document = {
  Id?: unknown;
  TxnDate?: unknown;
  MetaData?: { CreateTime?: unknown };
  ExchangeRate?: unknown;
  CurrencyRef?: { value?: unknown };
  Line?: Settlement["lines"];
  LinkedTxn?: readonly { TxnId?: unknown; TxnType?: unknown }[];
};
/** What a document that settles others in foreign currency is measured against: their rates, and what was settled of them before. */
export type Settling = { rates: ReadonlyMap<string, string>; settledBefore: ReadonlyMap<string, string> };

type Target = { e: string; x: string; rate: string | null; earlier: boolean; total: string | null; balance: string | null };
type Other = { e: string; x: string; date: string; made: string; lines: Settlement["lines"] | null };

/**
 * What these documents need of those that they settle. One call to the database, and only for pages that hold such
 * documents; what came in the same page counts as well.
 */
export async function settlingOf(ctx: SyncCtx, session: Session, entity: string, documents: readonly unknown[]): Promise<Settling> {
  const foreign = foreignOf(session, documents);
  const linked = foreign.flatMap(linksOf);
  const rates = new Map<string, string>();
  const [targets, others] = linked.length > 0 ? await linkedRows(ctx, session, linked) : [[], []];
  for (const { e, x, rate } of targets) if (rate !== null) rates.set(`${e}:${x}`, rate);
  for (const { Id, ExchangeRate } of foreign) if (typeof Id === "string" && typeof ExchangeRate === "string") rates.set(`${entity}:${Id}`, ExchangeRate);
  const here = entity === "Payment" || entity === "BillPayment" ? foreign.flatMap((document) => settlementOf(entity, document)) : [];
  const newer = new Set(here.map(({ id }) => `${entity}:${id}`));
  const stored = others
    .filter(({ e, x }) => !newer.has(`${e}:${x}`))
    .map(({ e, x, date, made, lines }) => ({ entity: e, id: x, date, made, lines: lines ?? [] }));
  const old = new Map(targets.filter(({ earlier }) => earlier).map((target) => [`${target.e}:${target.x}`, target]));
  return { rates, settledBefore: settledBefore([...here, ...stored], (target, among) => unseen(old.get(target), among)) };
}

/** Of a document from before the window: what its balance says was settled, less what we know of. */
function unseen(target: Target | undefined, among: string): string {
  if (!target || target.total === null || target.balance === null || !isDecimal(target.total) || !isDecimal(target.balance)) return "0";
  const units = toUnits(target.total) - toUnits(target.balance) - toUnits(among);
  return units > 0n ? fromUnits(units) : "0";
}

async function linkedRows(ctx: SyncCtx, session: Session, linked: readonly Linked[]): Promise<[Target[], Other[]]> {
  const { id, homeCurrency, syncFrom } = session.account;
  const db = ctx.dbAs(ctx.actor.userId, TIMEOUTS.page);
  const wanted = JSON.stringify([...new Map(linked.map((link) => [`${link.e}:${link.x}`, link])).values()]);
  const [targets, others] = await db.batch([
    db.execute<Target>(sql`
      select d.entity as e, d.external_id as x, d.body->>'ExchangeRate' as rate, coalesce(d.document_date < ${syncFrom}::date, false) as earlier, d.body->>'TotalAmt' as total, d.body->>'Balance' as balance
      from source_documents d join jsonb_to_recordset(${wanted}::jsonb) as k(e text, x text) on d.entity = k.e and d.external_id = k.x
      where d.account_id = ${id} and d.body is not null`),
    db.execute<Other>(sql`
      select d.entity as e, d.external_id as x, d.body->>'TxnDate' as date, d.body->'MetaData'->>'CreateTime' as made, d.body->'Line' as lines
      from source_documents d where d.account_id = ${id} and d.entity in ('Payment', 'BillPayment') and not d.is_deleted and d.body->'CurrencyRef'->>'value' <> ${homeCurrency}
        and exists (select 1 from jsonb_path_query(d.body, '$.Line[*].LinkedTxn[*].TxnId') as t(id) join jsonb_to_recordset(${wanted}::jsonb) as k(e text, x text) on t.id = to_jsonb(k.x))`),
  ]);
  return [targets.rows, others.rows];
}

/** What foreign documents settle and our copy does not hold: it lies before the window, and its rate is needed all the same. */
export async function missingLinks(ctx: SyncCtx, session: Session, documents: readonly unknown[]): Promise<Linked[]> {
  const linked = foreignOf(session, documents).flatMap(linksOf);
  if (linked.length === 0) return [];
  const { rows } = await ctx.db.execute<Linked>(sql`
    select distinct k.e, k.x from jsonb_to_recordset(${JSON.stringify(linked)}::jsonb) as k(e text, x text)
    where not exists (select 1 from source_documents d where d.account_id = ${session.account.id} and d.entity = k.e and d.external_id = k.x) order by k.e, k.x`);
  return rows;
}

function foreignOf(session: Session, documents: readonly unknown[]): Document[] {
  const home = session.account.homeCurrency;
  return (documents as Document[]).filter((document) => typeof document?.CurrencyRef?.value === "string" && document.CurrencyRef.value !== home);
}

function settlementOf(entity: string, { Id, TxnDate, MetaData, Line }: Document): Settlement[] {
  if (typeof Id !== "string" || typeof TxnDate !== "string" || typeof MetaData?.CreateTime !== "string") return [];
  return [{ entity, id: Id, date: TxnDate, made: MetaData.CreateTime, lines: Array.isArray(Line) ? Line : [] }];
}

function linksOf(document: Document): Linked[] {
  const links = [...(document.LinkedTxn ?? []), ...(document.Line ?? []).flatMap((line) => line.LinkedTxn ?? [])];
  return links.flatMap(({ TxnId, TxnType }) => (typeof TxnId === "string" && typeof TxnType === "string" ? [{ e: entityOfLink(TxnType), x: TxnId }] : []));
}
