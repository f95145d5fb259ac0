import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { type BankUpload, type Imported, importTransactions } from "../../features/transactions/import-transactions.ts";
import { DATE_ORDERS } from "../../features/transactions/import/bank-values.ts";
import { type App, ctx } from "../context.ts";
import { route } from "../route.ts";
import { createRouter } from "../router.ts";
import { Amount, Currency, Day, json, line } from "../wire.ts";

// ── contract ──────────────────────────────────────────────────────────────
const flag = (fallback: "true" | "false") => z.enum(["true", "false"]).default(fallback);
const column = (what: string) =>
  line(100)
    .optional()
    .openapi({ description: `The column of ${what}: its name in the first line, or \`#3\`` });
const ImportQuery = z.strictObject({
  account: line(100).optional().openapi({ description: "Which bank account the file is of, in your words; of OFX, the bank's number unless you say it" }),
  dryRun: flag("false").openapi({ description: "Read the file and tell what is wrong with which row; add nothing" }),
  currency: Currency.optional().openapi({ description: "Of all rows, where the file names none" }),
  date: line(100).default("date").openapi({ description: "The column of the date" }),
  amount: column("the signed amount; `amount` unless debit or credit is said"),
  debit: column("what went out"),
  credit: column("what came in"),
  sign: column("debit or credit (D/C, DR/CR, S/H, -/+), beside the amount"),
  description: column("the text"),
  counterparty: column("the other party"),
  memo: column("the memo"),
  category: column("the category"),
  currencyColumn: column("the currency"),
  dateOrder: z.enum(DATE_ORDERS).default("ymd").openapi({ description: "How the bank writes a day; a year in four digits in front needs no word" }),
  decimal: z.enum([".", ","]).default("."),
  delimiter: z.enum(["comma", "semicolon", "tab", "pipe"]).default("comma"),
  skipLines: z.coerce.number().int().min(0).max(100).default(0).openapi({ description: "Lines in front of the table" }),
  header: flag("true").openapi({ description: "Whether the first line names the columns" }),
  negate: flag("false").openapi({ description: "For cards whose spending is positive" }),
});
const DELIMITERS = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" } as const;
const ImportBody = z
  .strictObject({
    dryRun: z.boolean(),
    rows: z.int(),
    added: z.int().openapi({ description: "In a dry run: that would be added" }),
    known: z.int().openapi({ description: "Stand already, or were removed by hand: not added again" }),
    errorCount: z.int(),
    errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })),
    preview: z.array(
      z.strictObject({
        transactionDate: Day,
        amount: Amount,
        currency: Currency,
        description: z.string().nullable(),
        counterparty: z.string().nullable(),
        memo: z.string().nullable(),
        category: z.string().nullable(),
      }),
    ),
  })
  .openapi("TransactionImport");

const toImport = (i: Imported): z.infer<typeof ImportBody> => ({
  dryRun: i.dryRun,
  rows: i.rows,
  added: i.added,
  known: i.known,
  errorCount: i.errorCount,
  errors: i.errors,
  preview: i.preview.map(({ transactionDate, amount, currency, description, counterparty, memo, category }) => ({
    transactionDate,
    amount,
    currency,
    description,
    counterparty,
    memo,
    category,
  })),
});
/** The file and how to read it, as the query, the content type and the body say. */
async function uploadOf(c: Context<App>, asked: z.infer<typeof ImportQuery>): Promise<BankUpload> {
  const { dryRun, account, delimiter, header, negate, ...query } = asked;
  const [type = "", charset = "utf-8"] = (c.req.header("content-type") ?? "").toLowerCase().split(/ {0,9}; {0,9}charset {0,9}= {0,9}/);
  const upload = { bytes: await c.req.arrayBuffer(), charset: charset.replaceAll('"', ""), account, dryRun: dryRun === "true" };
  if (type.trim() !== "text/csv") return { ...upload, format: "ofx", currency: query.currency };
  return { ...upload, format: "csv", mapping: { ...query, delimiter: DELIMITERS[delimiter], header: header === "true", negate: negate === "true" } };
}

// ── routes ────────────────────────────────────────────────────────────────
const OFX = z.string().openapi({ description: "OFX 1 or 2, or QFX" });
const importFile = route({
  operationId: "importTransactions",
  summary: "Add a bank's file, all of it or nothing; the same file again adds nothing",
  tags: ["transactions"],
  method: "post",
  path: "/transactions/import",
  access: { scope: "transactions:write", limit: "report" },
  bodyLimit: 10 * 1024 * 1024,
  request: {
    query: ImportQuery,
    body: {
      required: true,
      content: {
        "text/csv": { schema: z.string() },
        "application/x-ofx": { schema: OFX },
        "application/ofx": { schema: OFX },
        "application/vnd.intu.qfx": { schema: OFX },
      },
    },
  },
  responses: { 200: json("What was added, or would be", ImportBody) },
});

export const bankFiles = createRouter().openapi(importFile, async (c) => {
  const upload = await uploadOf(c, c.req.valid("query"));
  return c.json(toImport(await importTransactions(ctx(c), upload)), 200);
});
