import { sql } from "drizzle-orm";
import { entityOfLink } from "../../../integrations/quickbooks/translate/document.ts";
import type { Session, SyncCtx } from "./session.ts";

/** A document by entity and id. */
export type Linked = { e: string; x: string };
type Document = {
  CurrencyRef?: { value?: unknown };
  Line?: { LinkedTxn?: { TxnId?: unknown; TxnType?: unknown }[] }[];
  LinkedTxn?: { TxnId?: unknown; TxnType?: unknown }[];
};

/**
 * The exchange rates of the documents that these settle: what a payment in foreign currency is measured against. One
 * read, and only for pages that hold such documents; documents of the same page count as well.
 */
export async function ratesFor(ctx: SyncCtx, session: Session, entity: string, documents: readonly unknown[]): Promise<ReadonlyMap<string, string>> {
  const home = session.account.homeCurrency;
  const foreign = (documents as Document[]).filter((document) => typeof document?.CurrencyRef?.value === "string" && document.CurrencyRef.value !== home);
  const rates = new Map<string, string>();
  if (foreign.length === 0) return rates;
  const linked = foreign.flatMap(linksOf);
  if (linked.length > 0) {
    const { rows } = await ctx.db.execute<{ e: string; x: string; rate: string }>(sql`
      select d.entity as e, d.external_id as x, d.body->>'ExchangeRate' as rate
      from source_documents d join jsonb_to_recordset(${JSON.stringify(linked)}::jsonb) as k(e text, x text) on d.entity = k.e and d.external_id = k.x
      where d.account_id = ${session.account.id} and d.body->>'ExchangeRate' is not null`);
    for (const row of rows) rates.set(`${row.e}:${row.x}`, row.rate);
  }
  for (const document of foreign as { Id?: unknown; ExchangeRate?: unknown }[]) {
    if (typeof document.Id === "string" && typeof document.ExchangeRate === "string") rates.set(`${entity}:${document.Id}`, document.ExchangeRate);
  }
  return rates;
}

/** What foreign documents settle and our copy does not hold: it lies before the window, and its rate is needed all the same. */
export async function missingLinks(ctx: SyncCtx, session: Session, documents: readonly unknown[]): Promise<Linked[]> {
  const home = session.account.homeCurrency;
  const foreign = (documents as Document[]).filter((document) => typeof document?.CurrencyRef?.value === "string" && document.CurrencyRef.value !== home);
  const linked = foreign.flatMap(linksOf);
  if (linked.length === 0) return [];
  const { rows } = await ctx.db.execute<Linked>(sql`
    select distinct k.e, k.x from jsonb_to_recordset(${JSON.stringify(linked)}::jsonb) as k(e text, x text)
    where not exists (select 1 from source_documents d where d.account_id = ${session.account.id} and d.entity = k.e and d.external_id = k.x) order by k.e, k.x`);
  return rows;
}

function linksOf(document: Document): Linked[] {
  const links = [...(document.LinkedTxn ?? []), ...(document.Line ?? []).flatMap((line) => line.LinkedTxn ?? [])];
  return links.flatMap(({ TxnId, TxnType }) => (typeof TxnId === "string" && typeof TxnType === "string" ? [{ e: entityOfLink(TxnType), x: TxnId }] : []));
}
