/** QuickBooks Online as this product uses it: read only, one call per method, nothing refreshed or repeated by itself. */
import { z } from "zod";
import { type Circumstances, faultOf, faultsInJson, QuickBooksFault } from "./faults.ts";
import { type CallInfo, createSend, type Reply } from "./call.ts";
import {
  type Class,
  type CompanyInfo,
  type Listed,
  type Name,
  type Preferences,
  parseAccount,
  parseClass,
  parseCompanyInfo,
  parseItem,
  parseName,
  parsePreferences,
} from "./lists.ts";
import { createOAuth, type OAuth } from "./oauth.ts";
import { parseReport, type ReportName, type ReportParams, type Reports, reportQuery } from "./reports.ts";
import { type Condition, countStatement, type Entity, instant, type ListEntity, MAX_RESULTS, type Selection, selectStatement } from "./statement.ts";
import type { Item, LedgerAccount } from "./translate/books.ts";

/** Older minor versions were discontinued; QuickBooks answers all of them as this one. */
const MINOR_VERSION = "75";

export type Company = { readonly realmId: string; readonly accessToken: string };

export type QuickBooksOptions = {
  authorizeUrl: string;
  tokenUrl: string;
  revokeUrl: string;
  apiUrl: string;
  clientId: string;
  clientSecret: string;
  fetch: typeof fetch;
  now: () => Date;
  /** Told of every call, failed ones too. */
  onCall?: (info: CallInfo) => void;
};

/** Documents as they came, numbers as decimal strings; `bytes` is the size of the reply that held them. */
export type Page = { rows: unknown[]; bytes: number };

/** `documents[i]` is the row that `rows[i]` was read from. */
export type ListPage<T> = { rows: T[]; documents: unknown[]; bytes: number };
export type Paging = { startPosition: number; maxResults: number };

/** `truncated`: QuickBooks stopped at its limit, so continue from the newest row's time, or ask for this entity alone. */
export type Changes = { entity: string; rows: unknown[]; truncated: boolean };
/** `time` is QuickBooks' own clock: the start of the next window, less an overlap. */
export type ChangeSet = { time: Date; changes: Changes[]; bytes: number };

export type QuickBooks = OAuth & {
  /** One page of an entity. Without an order QuickBooks returns the oldest id first. */
  query(company: Company, entity: Entity, selection: Selection): Promise<Page>;
  count(company: Company, entity: Entity, where?: readonly Condition[]): Promise<number>;
  /** What changed since, deletions among it. QuickBooks looks back 30 days at most and does not page. */
  cdc(company: Company, entities: readonly Entity[], since: Date): Promise<ChangeSet>;
  /** One document; null when QuickBooks says that it is not there (610). */
  read(company: Company, entity: Entity, id: string): Promise<unknown>;
  companyInfo(company: Company): Promise<CompanyInfo>;
  preferences(company: Company): Promise<Preferences>;
  report<N extends ReportName>(company: Company, name: N, params: ReportParams): Promise<Reports[N]>;
  /** Lists include what is inactive: old documents still name it. */
  accounts(company: Company, homeCurrency: string, paging: Paging): Promise<ListPage<LedgerAccount & Listed>>;
  items(company: Company, paging: Paging): Promise<ListPage<Item & Listed>>;
  customers(company: Company, paging: Paging): Promise<ListPage<Name>>;
  vendors(company: Company, paging: Paging): Promise<ListPage<Name>>;
  classes(company: Company, paging: Paging): Promise<ListPage<Class>>;
};

/** Methods throw `QuickBooksFault` for what QuickBooks does, RangeError for an argument that must not be sent. */
export function createQuickBooks(options: QuickBooksOptions): QuickBooks {
  const send = createSend(options);
  const oauth = createOAuth(options, send);

  function get(operation: string, company: Company, path: string, query: Record<string, string> = {}): Promise<Reply> {
    if (!/^\d{1,20}$/.test(company.realmId)) throw new RangeError("not a realm id");
    if (!/^[\x21-\x7e]{1,4096}$/.test(company.accessToken)) throw new RangeError("not an access token");
    const search = Object.entries({ ...query, minorversion: MINOR_VERSION }).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    const url = `${options.apiUrl.replace(/\/$/, "")}/v3/company/${company.realmId}/${path}?${search.join("&")}`;
    return send(operation, url, { headers: { accept: "application/json", authorization: `Bearer ${company.accessToken}` } });
  }

  async function select(company: Company, entity: Entity, selection: Selection): Promise<Page> {
    const reply = await get(`query ${entity}`, company, "query", { query: selectStatement(entity, selection) });
    return understood(reply, (body) => ({ rows: rowsOf(QueryReply.parse(body).QueryResponse, entity), bytes: reply.bytes }));
  }

  async function list<T>(company: Company, entity: ListEntity, paging: Paging, parse: (row: unknown) => T): Promise<ListPage<T>> {
    const where: Condition[] = [{ property: "Active", op: "IN", value: [true, false] }];
    const statement = selectStatement(entity, { ...paging, where, orderBy: { property: "Id" } });
    const reply = await get(`query ${entity}`, company, "query", { query: statement });
    return understood(reply, (body) => {
      const documents = rowsOf(QueryReply.parse(body).QueryResponse, entity);
      return { rows: documents.map(parse), documents, bytes: reply.bytes };
    });
  }

  return {
    ...oauth,
    query: select,
    async count(company, entity, where) {
      const reply = await get(`count ${entity}`, company, "query", { query: countStatement(entity, where) });
      return understood(reply, (body) => CountReply.parse(body).QueryResponse.totalCount);
    },
    async cdc(company, entities, since) {
      const reply = await get("cdc", company, "cdc", { entities: entities.join(","), changedSince: instant(since) });
      return understood(reply, (body) => ({ ...changesOf(CdcReply.parse(body), entities, reply.at), bytes: reply.bytes }));
    },
    async read(company, entity, id) {
      if (!/^\d{1,20}$/.test(id)) throw new RangeError("not an id");
      const reply = await get(`read ${entity}`, company, `${entity.toLowerCase()}/${id}`).catch((error: unknown) => {
        // only QuickBooks' own word counts: a gateway's 404 must not delete a document
        if (error instanceof QuickBooksFault && error.code === "610") return null;
        throw error;
      });
      return reply && understood(reply, (body) => member(body, entity));
    },
    async companyInfo(company) {
      const reply = await get("companyInfo", company, `companyinfo/${company.realmId}`);
      return understood(reply, (body) => parseCompanyInfo(member(body, "CompanyInfo")));
    },
    async preferences(company) {
      const reply = await get("preferences", company, "preferences");
      return understood(reply, (body) => parsePreferences(member(body, "Preferences")));
    },
    async report(company, name, params) {
      const reply = await get(`report ${name}`, company, `reports/${name}`, reportQuery(name, params));
      return understood(reply, (body) => parseReport(name, body));
    },
    accounts: (company, homeCurrency, paging) => list(company, "Account", paging, (row) => parseAccount(row, homeCurrency)),
    items: (company, paging) => list(company, "Item", paging, parseItem),
    customers: (company, paging) => list(company, "Customer", paging, parseName),
    vendors: (company, paging) => list(company, "Vendor", paging, parseName),
    classes: (company, paging) => list(company, "Class", paging, parseClass),
  };
}

const Block = z.record(z.string(), z.unknown());
const Count = z
  .string()
  .regex(/^\d{1,12}$/)
  .transform(Number);
const QueryReply = z.object({ QueryResponse: Block });
const CountReply = z.object({ QueryResponse: z.object({ totalCount: Count }) });
const CdcReply = z.object({ CDCResponse: z.array(z.object({ QueryResponse: z.array(Block).nullish() })), time: z.iso.datetime({ offset: true }) });

const ABOUT_ROWS: ReadonlySet<string> = new Set(["startPosition", "maxResults", "totalCount"]);

/** The name an entity has in replies, where it differs from the one it is asked for by. */
const REPLY_KEYS: Readonly<Record<string, string>> = { CreditCardPayment: "CreditCardPaymentTxn" };

/** No rows, no key. A key that nobody asked for is an error and not an empty answer. */
function rowsOf(block: Readonly<Record<string, unknown>>, entity: string): unknown[] {
  const keys = Object.keys(block).filter((key) => !ABOUT_ROWS.has(key));
  const wanted = keys.filter((key) => isKeyOf(key, entity));
  if (keys.length !== wanted.length) throw new RangeError("rows of another entity came");
  return wanted.flatMap((key) => z.array(Block).parse(block[key]));
}

function isKeyOf(key: string, entity: string): boolean {
  return key.toLowerCase() === entity.toLowerCase() || key === REPLY_KEYS[entity];
}

/**
 * Documents disagree on whether the limit counts per entity or in total: reaching it either way marks the reply. One that
 * is full in total may have left an entity out altogether, so that those without a row are marked as well.
 */
function changesOf(reply: z.infer<typeof CdcReply>, asked: readonly Entity[], at: Circumstances): { time: Date; changes: Changes[] } {
  const found = reply.CDCResponse.flatMap((response) => response.QueryResponse ?? []).flatMap((block) => {
    const faults = faultsInJson(block);
    if (faults) throw faultOf(faults, at);
    const keys = Object.keys(block).filter((key) => !ABOUT_ROWS.has(key));
    return keys.map((key) => ({ entity: key === "CreditCardPaymentTxn" ? "CreditCardPayment" : key, rows: z.array(Block).parse(block[key]) }));
  });
  const full = found.reduce((sum, { rows }) => sum + rows.length, 0) >= MAX_RESULTS;
  const leftOut = full ? asked.filter((entity) => !found.some((change) => change.entity === entity)) : [];
  const order: readonly string[] = asked;
  const changes = [...found, ...leftOut.map((entity) => ({ entity, rows: [] }))].toSorted((a, b) => order.indexOf(a.entity) - order.indexOf(b.entity));
  return { time: new Date(reply.time), changes: changes.map((change) => ({ ...change, truncated: full })) };
}

function member(body: unknown, entity: string): unknown {
  const block = Block.parse(body);
  const key = Object.keys(block).find((candidate) => isKeyOf(candidate, entity));
  if (key === undefined) throw new RangeError("another object came");
  return Block.parse(block[key]);
}

/** A reply that arrived whole and is not what was asked for: repeating will not make it so. */
function understood<T>(reply: Reply, read: (body: unknown) => T): T {
  try {
    return read(reply.body);
  } catch (error) {
    if (error instanceof QuickBooksFault) throw error;
    throw new QuickBooksFault("invalid", "unexpected_reply", reply.at);
  }
}
