/** Statements of QuickBooks' query language. They are strings, so everything put into one is checked first. */

export const POSTING_ENTITIES = [
  "Purchase",
  "Bill",
  "BillPayment",
  "Invoice",
  "Payment",
  "SalesReceipt",
  "RefundReceipt",
  "CreditMemo",
  "VendorCredit",
  "Deposit",
  "Transfer",
  "JournalEntry",
  "CreditCardPayment",
] as const;
export const LIST_ENTITIES = ["Account", "Item", "Customer", "Vendor", "Class"] as const;

export type PostingEntity = (typeof POSTING_ENTITIES)[number];
export type ListEntity = (typeof LIST_ENTITIES)[number];
export type Entity = PostingEntity | ListEntity;

/** Most rows that one reply holds. */
export const MAX_RESULTS = 1000;

/** Most ids of one statement: it stands in a URL, which is not endless. */
export const MAX_IDS = 100;

export type Condition = {
  property: "Id" | "Active" | "TxnDate" | "MetaData.CreateTime" | "MetaData.LastUpdatedTime";
  op: "=" | "<" | ">" | "<=" | ">=" | "IN";
  /** Ids and dates as strings; instants as `Date`, so that their zone is never in doubt. */
  value: string | Date | boolean | readonly (string | boolean)[];
};

export type Order = { property: "Id" | "TxnDate" | "MetaData.LastUpdatedTime"; direction?: "ASC" | "DESC" };

/** `bare`: no more of a document than what names it. */
export type Selection = { where?: readonly Condition[]; orderBy?: Order; startPosition: number; maxResults: number; bare?: boolean };

const NAMING = "Id, SyncToken, MetaData, TxnDate";

/** `select * from Purchase where … orderby … startposition … maxresults …`; RangeError for a value that is not allowed. */
export function selectStatement(entity: Entity, { where, orderBy, startPosition, maxResults, bare }: Selection): string {
  const order = orderBy ? ` ORDERBY ${orderBy.property} ${orderBy.direction ?? "ASC"}` : "";
  const from = within(startPosition, Number.MAX_SAFE_INTEGER, "startPosition");
  const size = within(maxResults, MAX_RESULTS, "maxResults");
  return `SELECT ${bare ? NAMING : "*"} FROM ${entity}${whereClause(where)}${order} STARTPOSITION ${from} MAXRESULTS ${size}`;
}

export function countStatement(entity: Entity, where?: readonly Condition[]): string {
  return `SELECT COUNT(*) FROM ${entity}${whereClause(where)}`;
}

function whereClause(where: readonly Condition[] = []): string {
  return where.length === 0 ? "" : ` WHERE ${where.map(({ property, op, value }) => `${property} ${op} ${literal(op, value)}`).join(" AND ")}`;
}

function literal(op: Condition["op"], value: Condition["value"]): string {
  if ((op === "IN") !== Array.isArray(value)) throw new RangeError("IN takes a list, and only IN does");
  if (value instanceof Date) return `'${instant(value)}'`;
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string") return quoted(value);
  if (value.length === 0) throw new RangeError("an empty list matches nothing");
  return `(${value.map((member) => (typeof member === "boolean" ? String(member) : quoted(member))).join(",")})`;
}

/** Only what ids and dates are made of can stand between quotes: nothing is escaped because nothing needs to be. */
function quoted(value: string): string {
  if (!/^[A-Za-z0-9_-]{1,40}$/.test(value)) throw new RangeError("not an id or a date");
  return `'${value}'`;
}

/** An instant in UTC, as the query language and CDC take it. */
export function instant(value: Date): string {
  if (Number.isNaN(value.getTime())) throw new RangeError("not an instant");
  return value.toISOString();
}

function within(value: number, most: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 1 || value > most) throw new RangeError(`${name} must be from 1 to ${most}`);
  return value;
}
