import { z } from "@hono/zod-openapi";
import { getTransaction, type Posting } from "../../features/transactions/get-transaction.ts";
import { listTransactions } from "../../features/transactions/list-transactions.ts";
import { recordTransaction } from "../../features/transactions/record-transaction.ts";
import { removeTransaction } from "../../features/transactions/remove-transaction.ts";
import { DIMENSION_NAMES, summarizeTransactions, type SummaryRow } from "../../features/transactions/summarize-transactions.ts";
import type { Transaction } from "../../features/transactions/transaction.ts";
import { updateTransaction } from "../../features/transactions/update-transaction.ts";
import { ctx } from "../context.ts";
import { route } from "../route.ts";
import { createRouter } from "../router.ts";
import { Amount, Currency, Cursor, Day, Id, IdParam, Instant, json, jsonBody, Limit, line, page } from "../wire.ts";

// ── contract ──────────────────────────────────────────────────────────────
const fields = {
  transactionDate: Day,
  amount: Amount.openapi({ description: "Signed: money in is positive" }),
  currency: Currency,
  description: line(500),
  category: line(500).optional(),
  counterparty: line(500).optional(),
  memo: line(2_000).optional(),
};
const NewTransactionBody = z.strictObject(fields).openapi("NewTransaction");
const ChangeBody = z
  .strictObject(fields)
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
const DetailBody = z.strictObject({ ...TransactionBody.shape, postings: z.array(PostingBody) }).openapi("TransactionDetail");
const SummaryRowBody = z.strictObject({ key: z.string().nullable(), currency: Currency, in: Amount, out: Amount, net: Amount, count: z.int() });
const SummaryBody = z.strictObject({ data: z.array(SummaryRowBody), complete: z.boolean() }).openapi("TransactionSummary");
const filters = {
  from: Day.optional(),
  to: Day.optional(),
  accountId: Id.optional(),
  category: line(500).optional(),
  currency: Currency.optional(),
  source: z.enum(["quickbooks", "manual"]).optional(),
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
const toRow = (r: SummaryRow): z.infer<typeof SummaryRowBody> => ({ key: r.key, currency: r.currency, in: r.in, out: r.out, net: r.net, count: r.count });

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
  request: { query: z.strictObject({ ...filters, cursor: Cursor, limit: Limit }) },
  responses: { 200: json("One page", page(TransactionBody)) },
});

const summarize = route({
  operationId: "summarizeTransactions",
  summary: "Totals in, out and net, per currency",
  tags,
  method: "get",
  path: "/transactions/summary",
  access: read,
  request: { query: z.strictObject({ ...filters, groupBy: z.enum(DIMENSION_NAMES).default("month") }) },
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
  summary: "Change a transaction entered by hand",
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
    const { cursor, limit, ...filter } = c.req.valid("query");
    const found = await listTransactions(ctx(c), filter, { cursor, limit });
    return c.json({ data: found.data.map(toBody), nextCursor: found.nextCursor }, 200);
  })
  .openapi(summarize, async (c) => {
    const { groupBy, ...filter } = c.req.valid("query");
    const { data, complete } = await summarizeTransactions(ctx(c), filter, groupBy);
    return c.json({ data: data.map(toRow), complete }, 200);
  })
  .openapi(record, async (c) => c.json(toBody(await recordTransaction(ctx(c), c.req.valid("json"))), 201))
  .openapi(get, async (c) => {
    const found = await getTransaction(ctx(c), c.req.valid("param").id);
    return c.json({ ...toBody(found), postings: found.postings.map(toPosting) }, 200);
  })
  .openapi(update, async (c) => c.json(toBody(await updateTransaction(ctx(c), c.req.valid("param").id, c.req.valid("json"))), 200))
  .openapi(remove, async (c) => {
    const { id } = c.req.valid("param");
    await removeTransaction(ctx(c), id);
    return c.json({ id, removed: true as const }, 200);
  });
