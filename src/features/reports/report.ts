import type { myReports } from "../../../db/schema/views.ts";
import { equalSecrets, hmacText, subkey, userIdOf, userPart } from "../../core/secret.ts";
import type { OpenCtx } from "../../runtime.ts";
import { explainable } from "./columns.ts";

export const REPORT_TYPES = ["transactions", "category_breakdown", "profit_and_loss", "balance_sheet", "trial_balance", "cash_flow"] as const;
export type ReportType = (typeof REPORT_TYPES)[number];
export const BASES = ["accrual", "cash"] as const;
export const COMPARISONS = ["none", "previous_period", "previous_year"] as const;
export const SPANS = ["total", "month", "quarter"] as const;

/** Everything that decides a report's figures, besides the books. */
export type Parameters = {
  type: ReportType;
  from: string;
  to: string;
  accountId?: string | undefined;
  basis: (typeof BASES)[number];
  compare: (typeof COMPARISONS)[number];
  columns: (typeof SPANS)[number];
};

/** What a column counts: spans of days, added or (in a column of changes) taken away. */
export type Term = { from: string; to: string; weight: 1 | -1 };
export type Column = { label: string; terms: Term[] };
/** One line of a report; `amounts` has one figure a column. `key` names it where it is explained. */
export type Line = { key: string; section: string; name: string; currency: string; amounts: string[] };
export type Figures = { columns: Column[]; lines: Line[]; totals: Line[]; notes: string[] };

export type Report = {
  id: string;
  parameters: Parameters;
  status: string;
  percent: number;
  rows: number | null;
  bytes: number | null;
  dataVersion: number | null;
  figures: Figures | null;
  failure: string | null;
  downloadUrl: string | null;
  chartUrl: string | null;
  createdAt: string;
  generatedAt: string | null;
};

const LINK_SECONDS = 3600;
/** Links change so often and no oftener, so that a report that did not change reads the same. */
const STEP_SECONDS = 300;

/** A row as it is shown, with fresh links when there is a file. */
export async function toReport(ctx: OpenCtx, row: typeof myReports.$inferSelect): Promise<Report> {
  const parameters = row.parameters as Parameters;
  const ready = row.status === "ready";
  const written = (row.progress as { rows?: number } | null)?.rows ?? 0;
  const percent = row.rowsExpected ? Math.min(99, Math.floor((100 * written) / row.rowsExpected)) : 0;
  return {
    id: row.id,
    parameters,
    status: row.status,
    percent: ready ? 100 : percent,
    rows: ready ? row.rows : written,
    bytes: row.bytes,
    dataVersion: row.dataVersion,
    figures: row.figures as Figures | null,
    failure: row.failure,
    downloadUrl: ready ? await linkTo(ctx, "download", row.userId, row.id) : null,
    chartUrl: ready && explainable(parameters.type) ? await linkTo(ctx, "chart", row.userId, row.id) : null,
    createdAt: row.createdAt,
    generatedAt: row.generatedAt,
  };
}

export type LinkKind = "download" | "chart";

/** A link that works for an hour and some minutes, for one thing of one report of this user. It begins with its user, who is not known otherwise. */
async function linkTo(ctx: OpenCtx, kind: LinkKind, userId: string, reportId: string): Promise<string> {
  const expires = Math.ceil(ctx.now().getTime() / 1000 / STEP_SECONDS) * STEP_SECONDS + LINK_SECONDS;
  const body = `${userPart(userId)}.${expires.toString(36)}`;
  return `${ctx.config.API_URL}/reports/${reportId}/${kind}?token=${body}.${await mac(ctx, kind, reportId, body)}`;
}

/** Whose report a link opens and whether it has expired; null when any character of it was changed. */
export async function readLink(ctx: OpenCtx, kind: LinkKind, reportId: string, token: string): Promise<{ userId: string; expired: boolean } | null> {
  const [user = "", expires = ""] = token.split(".");
  const userId = /^[0-9A-Za-z]{22}$/.test(user) ? userIdOf(user) : null;
  const right = `${user}.${expires}.${await mac(ctx, kind, reportId, `${user}.${expires}`)}`;
  if (userId === null || !(await equalSecrets(token, right))) return null;
  return { userId, expired: parseInt(expires, 36) * 1000 < ctx.now().getTime() };
}

async function mac(ctx: OpenCtx, kind: LinkKind, reportId: string, body: string): Promise<string> {
  return hmacText(await subkey(ctx.config.LINK_SIGNING_KEY, "download"), `${kind}|${reportId}|${body}`);
}
