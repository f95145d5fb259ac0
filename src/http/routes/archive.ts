import { z } from "@hono/zod-openapi";
import { type Archiving, getArchiving, setArchiving } from "../../features/archive/archiving.ts";
import { ctx } from "../context.ts";
import { route } from "../route.ts";
import { createRouter } from "../router.ts";
import { Day, json, jsonBody } from "../wire.ts";

// ── contract ──────────────────────────────────────────────────────────────
const AfterMonths = z.int().min(12).max(600).nullable().openapi({ description: "Older than so many whole months; null for never", example: 36 });
const ArchivingChangeBody = z.strictObject({ afterMonths: AfterMonths }).openapi("ArchivingChange");
const ArchivingBody = z
  .strictObject({
    afterMonths: AfterMonths,
    transactions: z.int().openapi({ description: "How many are in the archive" }),
    files: z.int(),
    until: Day.nullable().openapi({ description: "The last day of the newest month that has any there" }),
  })
  .openapi("Archiving");
const toBody = (a: Archiving): z.infer<typeof ArchivingBody> => ({ afterMonths: a.afterMonths, transactions: a.transactions, files: a.files, until: a.until });

// ── routes ────────────────────────────────────────────────────────────────
const tags = ["transactions"];
const get = route({
  operationId: "getArchiving",
  summary: "Whether old transactions are archived, and which",
  tags,
  method: "get",
  path: "/archive",
  access: { scope: "transactions:read", limit: "read" },
  responses: { 200: json("The setting, and what is archived", ArchivingBody) },
});
const set = route({
  operationId: "setArchiving",
  summary: "Archive old transactions, or stop it",
  description:
    "Off unless set. Transactions copied from QuickBooks that are older, did not change for 30 days and neither wait for money nor settle it go into files, within minutes and then day by day. Reports answer as before, say so, and open into the files' rows; balances that a question asks for have it in them, and lists, summaries and every other question look at what is not archived. A change in QuickBooks brings a row back.",
  tags,
  method: "patch",
  path: "/archive",
  access: { scope: "transactions:write", limit: "write" },
  request: { body: jsonBody(ArchivingChangeBody) },
  responses: { 200: json("The setting, and what is archived", ArchivingBody) },
});

export const archive = createRouter()
  .openapi(get, async (c) => c.json(toBody(await getArchiving(ctx(c))), 200))
  .openapi(set, async (c) => c.json(toBody(await setArchiving(ctx(c), c.req.valid("json").afterMonths)), 200));
