/** From what QuickBooks sent to what one statement writes. Pure but for the ids it draws. */
import { Buffer } from "node:buffer";
import { parseAccount } from "../../../integrations/quickbooks/lists.ts";
import { type Books, type LedgerAccount, type Role, ROLES } from "../../../integrations/quickbooks/translate/books.ts";
import { Envelope } from "../../../integrations/quickbooks/translate/document.ts";
import { translate } from "../../../integrations/quickbooks/translate/translate.ts";
import type { Posting, Transaction, Translated } from "../../../integrations/quickbooks/translate/translated.ts";
import { LISTS } from "./state.ts";

/** One document as the statement takes it. Short names: a page holds a thousand. */
export type Row = {
  /** id of a new transaction, entity, external id, version, changed at, own date, deleted */
  i: string;
  e: string;
  x: string;
  v: number;
  c: string;
  d: string | null;
  del: boolean;
  /** the document as it came, what is wrong with it, its transaction, its postings */
  b: unknown;
  p: readonly { code: string; detail: string }[] | null;
  t: Record<string, unknown> | null;
  s: readonly Record<string, unknown>[];
};
export type ChartRow = { i: string; x: string; n: string; f: string; k: string; y: string; u: string | null; c: string; a: boolean };
export type Prepared = { rows: Row[]; chart: ChartRow[] };

/** What a document is read with: the books, from when on it is posted, the clock and ids of the runtime. */
export type Reading = { books: Books; from: string | null; now: string; id: () => string };

/** Of one request to the database, all rows in it together; Neon refuses bodies over 10 MiB, and the statement is a part of them. */
export const BODY_MOST = 8 * 1024 * 1024;

/** Documents of one entity, translated. What cannot be read is kept with its problems and posts nothing. */
export function prepare(entity: string, documents: readonly unknown[], reading: Reading): Prepared {
  const { rows, chart } = LISTS.includes(entity) ? prepareList(entity, documents, reading) : preparePosting(entity, documents, reading);
  return { rows: rows.map(fitted), chart };
}

/** A document that no request can hold is posted without being kept; one whose postings are too much for it as well is only named. */
function fitted(row: Row): Row {
  const bytes = bytesOf(row);
  if (bytes <= BODY_MOST) return row;
  const slim = { ...row, b: null, p: [...(row.p ?? []), { code: "too_large", detail: `${bytes} bytes` }] };
  return bytesOf(slim) <= BODY_MOST ? slim : { ...slim, t: null, s: [] };
}

/** What a row takes in a request: it stands there as text inside of text, and what is quoted is escaped again. */
function bytesOf(row: Row): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(row)));
}

function preparePosting(entity: string, documents: readonly unknown[], reading: Reading): Prepared {
  const rows = documents.map((document) => rowOf(translate(entity, document, reading.books), document, reading));
  const chart = new Map<string, ChartRow>();
  for (const { s } of rows) for (const { a } of s) if (typeof a === "string" && a.startsWith("role:") && !chart.has(a)) chart.set(a, roleRow(a, reading));
  return { rows, chart: [...chart.values()] };
}

/** One translated document. What lies before the window is kept and not posted: the opening balances hold it. */
export function rowOf(translated: Translated, document: unknown, reading: Reading): Row {
  const date = translated.transaction?.date ?? dateOf(document);
  const posted = translated.transaction !== null && (translated.entity === "Opening" || reading.from === null || translated.transaction.date >= reading.from);
  return {
    i: reading.id(),
    e: translated.entity,
    x: translated.externalId,
    v: versionOf(translated.version),
    c: translated.updatedAt ?? reading.now,
    d: date,
    del: translated.deleted,
    b: translated.deleted ? null : document,
    p: translated.problems.length > 0 ? translated.problems : null,
    t: posted && translated.transaction ? transactionRow(translated.transaction) : null,
    s: posted ? translated.postings.map(postingRow) : [],
  };
}

/** As many characters as QuickBooks gives a note; the index of words ends at a megabyte. */
const WORDS_MOST = 4_000;

/** Never through the middle of a character: the database refuses half of one. */
function cut(text: string, most: number): string {
  return text.slice(0, most).toWellFormed();
}

function transactionRow(t: Transaction): Record<string, unknown> {
  return {
    d: t.date,
    a: t.amount,
    c: t.currency,
    g: t.category,
    n: cut(t.description, WORDS_MOST),
    w: t.counterparty?.name ?? t.counterparty?.id ?? null,
    m: t.memo === null ? null : cut(t.memo, WORDS_MOST),
    o: t.docNumber,
    k: t.kind,
    h: t.movedCash,
    s: t.status,
  };
}

function postingRow(p: Posting): Record<string, unknown> {
  return { n: p.line, a: p.accountId, m: p.amount, c: p.currency, h: p.homeAmount, o: p.memo };
}

function prepareList(entity: string, documents: readonly unknown[], reading: Reading): Prepared {
  const rows: Row[] = [];
  const chart: ChartRow[] = [];
  for (const document of documents) {
    const envelope = Envelope.safeParse(document);
    const account = entity === "Account" && envelope.success ? accountOf(document, reading.books.homeCurrency) : null;
    const unreadable = !envelope.success || (entity === "Account" && account === null);
    rows.push({
      i: reading.id(),
      e: entity,
      x: envelope.success ? envelope.data.Id : "",
      v: versionOf(envelope.success ? (envelope.data.SyncToken ?? null) : null),
      c: envelope.success ? envelope.data.MetaData.LastUpdatedTime : reading.now,
      d: null,
      del: false,
      b: document,
      p: unreadable ? [{ code: "unreadable", detail: entity }] : null,
      t: null,
      s: [],
    });
    if (account) chart.push(accountRow(account, reading));
  }
  return { rows, chart };
}

function accountOf(document: unknown, homeCurrency: string): LedgerAccount | null {
  try {
    return parseAccount(document, homeCurrency);
  } catch {
    return null;
  }
}

function accountRow(a: LedgerAccount, reading: Reading): ChartRow {
  return {
    i: reading.id(),
    x: a.id,
    n: cut(a.name, 200),
    f: cut(a.fullyQualifiedName, 500),
    k: a.classification,
    y: a.accountType,
    u: a.accountSubType || null,
    c: a.currency,
    a: a.active,
  };
}

/** An account that QuickBooks posts to and the chart does not show: it is named all the same. */
function roleRow(id: string, reading: Reading): ChartRow {
  const role = ROLES[id.slice("role:".length) as Role];
  return {
    i: reading.id(),
    x: id,
    n: role.name,
    f: role.name,
    k: role.classification,
    y: role.accountType,
    u: role.subTypes[0] ?? null,
    c: reading.books.homeCurrency,
    a: true,
  };
}

function versionOf(version: string | null): number {
  return version !== null && /^\d{1,15}$/.test(version) ? Number(version) : 0;
}

function dateOf(document: unknown): string | null {
  const date = (document as { TxnDate?: unknown } | null)?.TxnDate;
  return typeof date === "string" && /^\d{4}-\d\d-\d\d$/.test(date) ? date : null;
}

/** Rows in parts of which each fits into one request. */
export function split(rows: readonly Row[], most: number): Row[][] {
  const parts: Row[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const bytes = bytesOf(row);
    if (size + bytes > most) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(row);
    size += bytes;
  }
  return parts;
}
