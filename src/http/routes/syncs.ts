import { z } from "@hono/zod-openapi";
import { instant } from "../../core/instant.ts";
import { getReconciliation, type Reconciliation } from "../../features/accounts/get-reconciliation.ts";
import { listSyncRuns } from "../../features/accounts/list-sync-runs.ts";
import { startSync } from "../../features/accounts/start-sync.ts";
import type { SyncRun } from "../../features/accounts/sync-run.ts";
import { ctx } from "../context.ts";
import { route } from "../route.ts";
import { createRouter } from "../router.ts";
import { Amount, Currency, Day, Id, IdParam, Instant, json, page } from "../wire.ts";

// ── contract ──────────────────────────────────────────────────────────────
const EntityCount = z.strictObject({ expected: z.int().nullable(), pages: z.int(), rows: z.int(), transactions: z.int(), problems: z.int(), removed: z.int() });
const SyncRunBody = z
  .strictObject({
    id: Id,
    accountId: Id,
    trigger: z.string(),
    phase: z.string(),
    counts: z.record(z.string(), EntityCount),
    rowsPerSecond: z.number().nullable(),
    incomplete: z.boolean(),
    reason: z.string().nullable(),
    nextAction: z.string().nullable(),
    createdAt: Instant,
    startedAt: Instant.nullable(),
    finishedAt: Instant.nullable(),
  })
  .openapi("SyncRun");
const DifferenceBody = z.strictObject({
  report: z.string(),
  account: z.string(),
  name: z.string(),
  theirs: Amount,
  ours: Amount,
  difference: Amount,
  cause: z.string().nullable(),
});
const ReconciliationBody = z
  .strictObject({
    id: Id,
    asOf: Day,
    basis: z.string(),
    status: z.enum(["balanced", "explained", "drift"]),
    currency: Currency,
    differences: z.array(DifferenceBody),
    createdAt: Instant,
  })
  .openapi("Reconciliation");

const toRun = (r: SyncRun, now: Date): z.infer<typeof SyncRunBody> => ({
  id: r.id,
  accountId: r.accountId,
  trigger: r.trigger,
  phase: r.phase,
  counts: r.counts,
  rowsPerSecond: rate(r, now),
  incomplete: r.incomplete,
  reason: r.reason,
  nextAction: r.nextAction,
  createdAt: new Date(r.createdAt).toISOString(),
  startedAt: instant(r.startedAt),
  finishedAt: instant(r.finishedAt),
});
const toReconciliation = (r: Reconciliation): z.infer<typeof ReconciliationBody> => ({
  id: r.id,
  asOf: r.asOf,
  basis: r.basis,
  status: r.status,
  currency: r.currency,
  differences: r.differences.map(({ report, account, name, theirs, ours, difference, cause }) => ({ report, account, name, theirs, ours, difference, cause })),
  createdAt: new Date(r.createdAt).toISOString(),
});

function rate(run: SyncRun, now: Date): number | null {
  if (run.startedAt === null) return null;
  const rows = Object.values(run.counts).reduce((sum, count) => sum + count.rows, 0);
  const seconds = ((run.finishedAt === null ? now : new Date(run.finishedAt)).getTime() - new Date(run.startedAt).getTime()) / 1000;
  return seconds > 0 ? Math.round((rows / seconds) * 10) / 10 : null;
}

// ── routes ────────────────────────────────────────────────────────────────
const tags = ["accounts"];
const read = { scope: "accounts:read", limit: "read" } as const;
const write = { scope: "accounts:write", limit: "write" } as const;

const sync = route({
  operationId: "startSync",
  summary: "Sync now",
  description: "Two at once get the same run.",
  tags,
  method: "post",
  path: "/accounts/{id}/sync",
  access: write,
  fails: ["not_found", "conflict"],
  request: {
    params: IdParam,
    query: z.strictObject({
      mode: z.enum(["changes", "full"]).default("changes").openapi({ description: "`full` reads everything in the window again" }),
      removals: z.enum(["hold", "accept"]).default("hold").openapi({ description: "`accept` lets a held run remove what QuickBooks no longer has" }),
    }),
  },
  responses: { 202: json("The run", SyncRunBody) },
});

const runs = route({
  operationId: "listSyncRuns",
  summary: "Syncs of an account",
  tags,
  method: "get",
  path: "/accounts/{id}/sync-runs",
  access: read,
  revalidated: true,
  fails: ["not_found"],
  request: { params: IdParam },
  responses: { 200: json("Runs, newest first", page(SyncRunBody).extend({ lastSyncedAt: Instant.nullable(), nextSyncAt: Instant.nullable() })) },
});

const reconciliation = route({
  operationId: "getReconciliation",
  summary: "Whether our books equal QuickBooks' own",
  tags,
  method: "get",
  path: "/accounts/{id}/reconciliation",
  access: read,
  fails: ["not_found"],
  request: { params: IdParam },
  responses: { 200: json("The newest proof", ReconciliationBody) },
});

export const syncs = createRouter()
  .openapi(sync, async (c) => {
    const { mode, removals } = c.req.valid("query");
    return c.json(toRun(await startSync(ctx(c), c.req.valid("param").id, { full: mode === "full", acceptRemovals: removals === "accept" }), ctx(c).now()), 202);
  })
  .openapi(runs, async (c) => {
    const { lastSyncedAt, nextSyncAt, runs: found } = await listSyncRuns(ctx(c), c.req.valid("param").id);
    const data = found.map((run) => toRun(run, ctx(c).now()));
    return c.json({ data, nextCursor: null, lastSyncedAt: instant(lastSyncedAt), nextSyncAt: instant(nextSyncAt) }, 200);
  })
  .openapi(reconciliation, async (c) => c.json(toReconciliation(await getReconciliation(ctx(c), c.req.valid("param").id)), 200));
