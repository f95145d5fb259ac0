import { z } from "@hono/zod-openapi";
import { type Detail, getTransaction, type Posting } from "../../features/transactions/get-transaction.ts";
import { listTransactions, SORTS } from "../../features/transactions/list-transactions.ts";
import { recordTransactions } from "../../features/transactions/record-transactions.ts";
import { recordTransaction } from "../../features/transactions/record-transaction.ts";
import { removeTransaction } from "../../features/transactions/remove-transaction.ts";
import { DIMENSION_NAMES, summarizeTransactions, type SummaryRow } from "../../features/transactions/summarize-transactions.ts";
import type { Transaction } from "../../features/transactions/transaction.ts";
import { updateTransaction } from "../../features/transactions/update-transaction.ts";
import { ctx, wording } from "../context.ts";
import { route } from "../route.ts";
import { createRouter } from "../router.ts";
import { Amount, Currency, Cursor, Day, Id, IdParam, Instant, json, jsonBody, Limit, line, page } from "../wire.ts";

// ── contract ──────────────────────────────────────────────────────────────
const SplitBody = z.strictObject({ category: line(500), amount: Amount, memo: line(500).optional() }).openapi("Split");
const Splits = z.array(SplitBody).min(2).max(50).openapi({ description: "Parts by category; they add up to the amount" });
const fields = { transactionDate: Day, amount: Amount.openapi({ description: "Signed: money in is positive" }), currency: Currency };
const words = { category: line(500), counterparty: line(500), memo: line(2_000), notes: line(2_000), splits: Splits };
const NewTransactionBody = z.strictObject({ ...fields, description: line(500), ...z.object(words).partial().shape }).openapi("NewTransaction");
const BatchBody = z.strictObject({ transactions: z.array(NewTransactionBody).min(1).max(500) }).openapi("NewTransactions");
const ChangeBody = z
  .strictObject({
    ...fields,
    description: line(500).nullable(),
    category: words.category.nullable(),
    counterparty: words.counterparty.nullable(),
    memo: words.memo.nullable(),
    notes: words.notes.nullable(),
    splits: words.splits.nullable(),
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, "must name at least one field")
  .openapi("TransactionChange");
const TransactionBody = z
  .strictObject({
    id: Id,
    accountId: Id,
    source: z.string(),
    transactionDate: Day,
    amount: Amount,
    currency: Currency,
    category: z.string().nullable(),
    description: z.string().nullable(),
    counterparty: z.string().nullable(),
    memo: z.string().nullable(),
    notes: z.string().nullable(),
    splits: z.array(SplitBody).nullable(),
    docNumber: z.string().nullable(),
    kind: z.string(),
    movedCash: z.boolean(),
    status: z.string(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi("Transaction");
const PostingBody = z
  .strictObject({ line: z.int(), ledgerAccount: z.string(), amount: Amount, currency: Currency, memo: z.string().nullable() })
  .openapi("Posting");
const VersionBody = z.strictObject({
  version: z.int(),
  author: z.string().openapi({ description: "Who changed it: `person`, or the source of the row" }),
  changedAt: Instant,
  before: z.record(z.string(), z.unknown()).openapi({ description: "The fields that changed, as they were" }),
});
const DetailBody = z
  .strictObject({
    ...TransactionBody.shape,
    postings: z.array(PostingBody),
    versions: z.array(VersionBody),
    origins: z.record(z.string(), z.enum(["quickbooks", "person", "file"])).openapi({ description: "Where each field came from" }),
  })
  .openapi("TransactionDetail");
const SummaryRowBody = z.strictObject({
  key: z.string().nullable(),
  second: z.string().nullable(),
  currency: Currency,
  in: Amount,
  out: Amount,
  net: Amount,
  count: z.int(),
});
const SummaryBody = z.strictObject({ data: z.array(SummaryRowBody), complete: z.boolean() }).openapi("TransactionSummary");
const filters = {
  from: Day.optional(),
  to: Day.optional(),
  minAmount: Amount.optional(),
  maxAmount: Amount.optional(),
  accountId: Id.optional(),
  category: line(500).optional().openapi({ description: "One with children includes them" }),
  counterparty: line(500).optional(),
  kind: line(40).optional(),
  currency: Currency.optional(),
  status: line(20).optional(),
  source: z.enum(["quickbooks", "manual", "import"]).optional(),
  q: line(200).optional().openapi({ description: "Words of description, counterparty, memo or notes" }),
  movedCash: z.enum(["true", "false", "any"]).optional().openapi({ description: "Whether a bank or card balance changed; `true` unless asked otherwise" }),
};
const toBody = (t: Transaction): z.infer<typeof TransactionBody> => ({
  id: t.id,
  accountId: t.accountId,
  source: t.source,
  transactionDate: t.transactionDate,
  amount: t.amount,
  currency: t.currency,
  category: t.category,
  description: t.description,
  counterparty: t.counterparty,
  memo: t.memo,
  notes: t.notes,
  splits: t.splits,
  docNumber: t.docNumber,
  kind: t.kind,
  movedCash: t.movedCash,
  status: t.status,
  createdAt: new Date(t.createdAt).toISOString(),
  updatedAt: new Date(t.updatedAt).toISOString(),
});
const toPosting = (p: Posting): z.infer<typeof PostingBody> => ({
  line: p.line,
  ledgerAccount: p.ledgerAccount,
  amount: p.amount,
  currency: p.currency,
  memo: p.memo,
});
const toDetail = (d: Detail): z.infer<typeof DetailBody> => ({
  ...toBody(d),
  postings: d.postings.map(toPosting),
  versions: d.versions.map((v) => ({ version: v.version, author: v.author, changedAt: new Date(v.changedAt).toISOString(), before: v.before })),
  origins: d.origins,
});
const toRow = (r: SummaryRow): z.infer<typeof SummaryRowBody> => ({
  key: r.key,
  second: r.second,
  currency: r.currency,
  in: r.in,
  out: r.out,
  net: r.net,
  count: r.count,
});

// ── routes ────────────────────────────────────────────────────────────────
const tags = ["transactions"];
const read = { scope: "transactions:read", limit: "read" } as const;
const write = { scope: "transactions:write", limit: "write" } as const;

const list = route({
  operationId: "listTransactions",
  summary: "What moved, newest first",
  tags,
  method: "get",
  path: "/transactions",
  access: read,
  revalidated: true,
  request: { query: z.strictObject({ ...filters, sort: z.enum(SORTS).default("-date"), cursor: Cursor, limit: Limit }) },
  responses: { 200: json("One page", page(TransactionBody)) },
});

const summarize = route({
  operationId: "summarizeTransactions",
  summary: "Totals in, out and net, per currency",
  tags,
  method: "get",
  path: "/transactions/summary",
  access: read,
  revalidated: true,
  request: { query: z.strictObject({ ...filters, groupBy: z.enum(DIMENSION_NAMES).default("month"), thenBy: z.enum(DIMENSION_NAMES).optional() }) },
  responses: { 200: json("Totals", SummaryBody) },
});

const record = route({
  operationId: "recordTransaction",
  summary: "Add a transaction by hand",
  tags,
  method: "post",
  path: "/transactions",
  access: write,
  request: { body: jsonBody(NewTransactionBody) },
  responses: { 201: json("Recorded", TransactionBody) },
});

const recordMany = route({
  operationId: "recordTransactions",
  summary: "Add up to 500 transactions by hand, all or none",
  tags,
  method: "post",
  path: "/transactions/batch",
  access: write,
  bodyLimit: 1024 * 1024,
  request: { body: jsonBody(BatchBody) },
  responses: { 201: json("Recorded, in the order given", z.strictObject({ data: z.array(TransactionBody) })) },
});

const get = route({
  operationId: "getTransaction",
  summary: "One transaction with its postings",
  tags,
  method: "get",
  path: "/transactions/{id}",
  access: read,
  fails: ["not_found"],
  request: { params: IdParam },
  responses: { 200: json("The transaction", DetailBody) },
});

const update = route({
  operationId: "updateTransaction",
  summary: "Change one of your own, or say another category, description or notes of a synced one",
  tags,
  method: "patch",
  path: "/transactions/{id}",
  access: write,
  fails: ["not_found", "conflict"],
  request: { params: IdParam, body: jsonBody(ChangeBody) },
  responses: { 200: json("Changed", TransactionBody) },
});

const remove = route({
  operationId: "removeTransaction",
  summary: "Remove a transaction entered by hand",
  tags,
  method: "delete",
  path: "/transactions/{id}",
  access: write,
  fails: ["not_found", "conflict"],
  request: { params: IdParam },
  responses: { 200: json("Removed", z.strictObject({ id: Id, removed: z.literal(true) })) },
});

export const transactions = createRouter()
  .openapi(list, async (c) => {
    const { cursor, limit, sort, ...filter } = c.req.valid("query");
    const found = await listTransactions(ctx(c), filter, { cursor, limit, sort });
    return c.json({ data: found.data.map(toBody), nextCursor: found.nextCursor }, 200);
  })
  .openapi(summarize, async (c) => {
    const { groupBy, thenBy, ...filter } = c.req.valid("query");
    const { data, complete } = await summarizeTransactions(ctx(c), filter, groupBy, thenBy);
    return c.json({ data: data.map(toRow), complete }, 200);
  })
  .openapi(record, async (c) => {
    wording(c, (made: Transaction) => ({ status: 201, body: toBody(made) }));
    return c.json(toBody(await recordTransaction(ctx(c), c.req.valid("json"))), 201);
  })
  .openapi(recordMany, async (c) => {
    wording(c, (made: Transaction[]) => ({ status: 201, body: { data: made.map(toBody) } }));
    return c.json({ data: (await recordTransactions(ctx(c), c.req.valid("json").transactions)).map(toBody) }, 201);
  })
  .openapi(get, async (c) => c.json(toDetail(await getTransaction(ctx(c), c.req.valid("param").id)), 200))
  .openapi(update, async (c) => c.json(toBody(await updateTransaction(ctx(c), c.req.valid("param").id, c.req.valid("json"))), 200))
  .openapi(remove, async (c) => {
    const { id } = c.req.valid("param");
    await removeTransaction(ctx(c), id);
    return c.json({ id, removed: true as const }, 200);
  });
