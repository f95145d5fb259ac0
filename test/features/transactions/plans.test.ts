import { drizzle } from "drizzle-orm/node-postgres";
import { createHash, randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, inject, it } from "vitest";
import { migrate } from "../../../db/migrate.ts";
import type { Filters } from "../../../src/features/transactions/filters.ts";
import { pageOf, type Sort, SORTS } from "../../../src/features/transactions/list-transactions.ts";
import { summarizeTransactions } from "../../../src/features/transactions/summarize-transactions.ts";
import type { Row } from "../../../src/features/transactions/transaction.ts";

const PROVE = process.env["PROVE"] === "1";
const [ROWS, OTHERS] = PROVE ? [1_000_000, 1_000] : [50_000, 200];
const PAGE = 50;
const ME = "0197a000-0000-7000-8000-000000000001";

type Node = {
  "Node Type": string;
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  Plans?: Node[];
};

pg.types.setTypeParser(pg.types.builtins.DATE, (day) => day);
// a database of its own: other tests write while this one loads, and their statistics are not these
const DATABASE = `plans_${randomUUID().slice(0, 8)}`;
const cluster = new pg.Client({ connectionString: inject("ownerUrl") });
const owner = new pg.Client({ connectionString: urlOf(inject("ownerUrl")) });
const worker = new pg.Client({ connectionString: workerUrl() });

beforeAll(async () => {
  await cluster.connect();
  await cluster.query(`create database ${DATABASE}`);
  await migrate(urlOf(inject("ownerUrl")));
  await Promise.all([owner.connect(), worker.connect()]);
  await fill();
}, 900_000);

afterAll(async () => {
  await Promise.all([owner.end(), worker.end()]);
  await cluster.query(`drop database ${DATABASE}`);
  await cluster.end();
}, 60_000);

/** One user of `ROWS` rows among a hundred, the others of a thousand each (two hundred in the short run), all alike in kind; one in fifty is in parts. */
async function fill(): Promise<void> {
  const started = Date.now();
  await owner.query(`insert into users (id, name, email, password_hash, created_at, updated_at)
    select ('0197a000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'plan', n || '@plans.test', 'x', '2026-01-01', '2026-01-01' from generate_series(1, 100) n`);
  await owner.query(`insert into accounts (id, user_id, service_name, display_name, status, created_at, updated_at)
    select md5(id::text || k)::uuid, id, 'quickbooks', k::text, 'connected', '2026-01-01', '2026-01-01' from users, generate_series(1, 3) k where email like '%@plans.test'`);
  // indexes are made behind the rows: row by row, a million of them take a quarter of an hour
  const { rows: indexes } = await owner.query<{ name: string; definition: string }>(
    "select indexname as name, indexdef as definition from pg_indexes where tablename = 'transactions' and indexname like 'transactions\\_%' and indexdef not like '%UNIQUE%'",
  );
  for (const { name } of indexes) await owner.query(`drop index ${name}`);
  await owner.query(`insert into transactions (id, user_id, account_id, source, entity, external_id, transaction_date, amount, currency, category, description, counterparty, memo, kind, moved_cash, status, splits, created_at, updated_at)
    select md5(u.id::text || n)::uuid, u.id, md5(u.id::text || (1 + n % 3))::uuid, case when n % 20000 = 3 then 'manual' else 'quickbooks' end, 'Purchase', right(u.id::text, 3) || '-' || n, date '2020-01-01' + (n::bigint * 7919 % 2400)::int, ((n::bigint * 104729) % 2000000 - 1200000) / 100.0, case when n % 20000 = 1 then 'KWD' when n % 5 = 0 then 'EUR' else 'USD' end,
      'Area ' || n % 12 || case when n % 3 > 0 then ':Part ' || n % 24 else '' end || case when n % 3 > 1 then ':Piece ' || n % 48 else '' end,
      'description ' || n % 1000, 'Party ' || n % 400, case when n % 20000 = 0 then 'rareword' end, (array['purchase','payment','deposit','invoice','bill'])[1 + n % 5], n % 5 < 3, case when n % 20000 = 2 then 'pending' when n % 9 = 0 then 'voided' else 'posted' end,
      case when n % 50 = 7 then jsonb_build_array(jsonb_build_object('category', 'Area ' || n % 12 || ':Part ' || n % 24 || ':Piece ' || n % 48, 'amount', '1'), jsonb_build_object('category', 'Area ' || n % 11, 'amount', '2')) end, '2026-01-01', '2026-01-01'
    from users u cross join lateral generate_series(1, case when u.id = '${ME}' then ${ROWS} else ${OTHERS} end) n where u.email like '%@plans.test'`);
  for (const { definition } of indexes) await owner.query(definition);
  await owner.query("analyze transactions, transaction_parts");
  console.log(`${ROWS} rows written in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

const FILTERS: [string, Filters][] = [
  ["no filter", { movedCash: "any" }],
  ["moved cash", {}],
  ["moved no cash", { movedCash: "false" }],
  ["dates", { movedCash: "any", from: "2022-01-01", to: "2022-12-31" }],
  ["amounts", { movedCash: "any", minAmount: "-500", maxAmount: "5000" }],
  ["account", { movedCash: "any", accountId: md5("1") }],
  ["category", { movedCash: "any", category: "Area 4" }],
  ["sub-category", { movedCash: "any", category: "Area 4:Part 4" }],
  ["third level", { movedCash: "any", category: "Area 5:Part 17:Piece 41" }],
  ["counterparty", { movedCash: "any", counterparty: "Party 17" }],
  ["kind", { movedCash: "any", kind: "invoice" }],
  ["currency", { movedCash: "any", currency: "EUR" }],
  ["status", { movedCash: "any", status: "voided" }],
  ["source", { movedCash: "any", source: "quickbooks" }],
  ["a rare currency", { movedCash: "any", currency: "KWD" }],
  ["a rare status", { movedCash: "any", status: "pending" }],
  ["the usual status", { movedCash: "any", status: "posted" }],
  ["a rare source", { movedCash: "any", source: "manual" }],
  ["rare words", { movedCash: "any", q: "rareword" }],
  ["words", { movedCash: "any", q: "description" }],
];

function md5(k: string): string {
  return createUuid(`${ME}${k}`);
}

describe(`a list of ${ROWS} rows of one user among a hundred, as the Worker's role`, () => {
  for (const sort of SORTS) {
    it.for(FILTERS)(`sorted by ${sort}, with %s: reads at most ten times the rows of a page`, async ([, filters], { expect }) => {
      const first = await plan(filters, sort, undefined);
      expect(first.touched, first.text).toBeLessThanOrEqual(10 * (PAGE + 1));
      const next = await plan(filters, sort, first.last);
      expect(next.touched, next.text).toBeLessThanOrEqual(10 * (PAGE + 1));
    });
  }
});

describe("a summary", () => {
  it.for([
    ["month", undefined],
    ["category", undefined],
    ["month", "category"],
    ["counterparty", "currency"],
  ] as const)("by %s and %s reads no row twice", async ([groupBy, thenBy], { expect }) => {
    const sent: { text: string; params: unknown[] }[] = [];
    const db = drizzle(worker, { logger: { logQuery: (text, params) => void sent.push({ text, params }) } });
    const ctx = { db, actor: { userId: ME } } as unknown as Parameters<typeof summarizeTransactions>[0];
    const [root, summed] = await asMe(async () => {
      const { data } = await summarizeTransactions(ctx, { movedCash: "any" }, groupBy, thenBy);
      return [await explained(sent[0]?.text ?? "", sent[0]?.params ?? []), data] as const;
    });
    console.log(`summary by ${groupBy}, ${thenBy ?? "-"}: ${readFrom(root)} rows read, ${summed.length} groups\n${text(root)}`);
    expect(readFrom(root)).toBeLessThanOrEqual(ROWS + 99 * OTHERS);
    if (groupBy === "month" && thenBy === undefined) expect(summed.reduce((rows, one) => rows + one.count, 0)).toBe(ROWS);
  });
});

/** The statement that a list sends, explained as it runs for the user. */
async function plan(filters: Filters, sort: Sort, after: string[] | undefined): Promise<{ touched: number; text: string; last: string[] | undefined }> {
  const ctx = { db: drizzle(worker), actor: { userId: ME } } as unknown as Parameters<typeof pageOf>[0];
  const query = pageOf(ctx, filters, sort, after, PAGE + 1) as unknown as { toSQL(): { sql: string; params: unknown[] } };
  const { sql, params } = query.toSQL();
  const [found, root] = await asMe(
    async () => [(await worker.query<Row & { transaction_date: string }>(sql, params)).rows, await explained(sql, params)] as const,
  );
  const last = found.at(-2);
  return { touched: most(root), text: text(root), last: last && [sort.endsWith("date") ? last.transaction_date : last.amount, last.id] };
}

async function asMe<T>(work: () => Promise<T>): Promise<T> {
  await worker.query("begin");
  try {
    await worker.query("select set_config('app.user_id', $1, true)", [ME]);
    return await work();
  } finally {
    await worker.query("rollback");
  }
}

async function explained(sql: string, params: unknown[]): Promise<Node> {
  const { rows } = await worker.query<{ "QUERY PLAN": { Plan: Node }[] }>(`explain (analyze, format json) ${sql}`, params);
  const root = rows[0]?.["QUERY PLAN"][0]?.Plan;
  if (!root) throw new Error("no plan");
  return root;
}

const text = (root: Node) => JSON.stringify(root, ["Node Type", "Index Name", "Filter", "Rows Removed by Filter", "Actual Rows", "Plans"]);

/** The most rows that any node read: those that it returned and those that it threw away. */
function most(node: Node): number {
  return Math.max(rowsOf(node), ...(node.Plans ?? []).map(most));
}

/** The rows that were read from the table of transactions. */
function readFrom(node: Node): number {
  // of parallel workers the plan tells a rounded mean
  return Math.round((node["Relation Name"] === "transactions" ? rowsOf(node) : 0) + (node.Plans ?? []).reduce((sum, one) => sum + readFrom(one), 0));
}

function rowsOf(node: Node): number {
  return (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0)) * node["Actual Loops"];
}

function urlOf(ownerUrl: string): string {
  const url = new URL(ownerUrl);
  url.pathname = `/${DATABASE}`;
  return url.href;
}

/** The Worker's role, straight to the database that its HTTP endpoint stands before. */
function workerUrl(): string {
  const [url, { username, password }] = [new URL(urlOf(inject("ownerUrl"))), new URL(inject("vars")["DATABASE_URL"] ?? "")];
  url.username = username;
  url.password = password;
  return url.href;
}

function createUuid(text: string): string {
  const hex = createHash("md5").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
