import type { myReports } from "../../../db/schema/views.ts";
import { hmacText, userIdOf, userPart } from "../../core/secret.ts";
import type { OpenCtx } from "../../runtime.ts";

export const REPORT_TYPES = ["transactions", "profit_and_loss", "trial_balance", "balance_sheet"] as const;
export type ReportType = (typeof REPORT_TYPES)[number];

export type Parameters = { type: ReportType; from: string; to: string; accountId?: string | undefined };

/** Figures of a report, per line: what it is called, and how much in which currency. */
export type Line = { section: string; name: string; amount: string; currency: string };
export type Figures = { lines: Line[]; totals: { name: string; amount: string; currency: string }[] };

export type Report = {
  id: string;
  type: string;
  from: string;
  to: string;
  accountId: string | null;
  status: string;
  rows: number | null;
  figures: Figures | null;
  downloadUrl: string | null;
  createdAt: string;
  generatedAt: string | null;
};

const LINK_SECONDS = 3600;

/** A row as it is shown, with a fresh link when there is a file. */
export async function toReport(ctx: OpenCtx, row: typeof myReports.$inferSelect): Promise<Report> {
  const parameters = row.parameters as Parameters;
  return {
    id: row.id,
    type: row.reportType,
    from: parameters.from,
    to: parameters.to,
    accountId: parameters.accountId ?? null,
    status: row.status,
    rows: row.rows,
    figures: row.figures as Figures | null,
    downloadUrl: row.status === "ready" ? await downloadUrl(ctx, row.userId, row.id) : null,
    createdAt: row.createdAt,
    generatedAt: row.generatedAt,
  };
}

/** A link that works for an hour, for this report of this user. It begins with its user, who is not known otherwise. */
async function downloadUrl(ctx: OpenCtx, userId: string, reportId: string): Promise<string> {
  const expires = Math.floor(ctx.now().getTime() / 1000) + LINK_SECONDS;
  const body = `${userPart(userId)}.${expires.toString(36)}`;
  return `${ctx.config.API_URL}/reports/${reportId}/download?token=${body}.${await mac(ctx, reportId, body)}`;
}

/** Whose report a link opens and until when; null when any character of it was changed. */
export async function readDownloadToken(ctx: OpenCtx, reportId: string, token: string): Promise<{ userId: string; expired: boolean } | null> {
  const [user = "", expires = "", given = ""] = token.split(".");
  const userId = /^[0-9A-Za-z]{22}$/.test(user) ? userIdOf(user) : null;
  if (userId === null || token !== `${user}.${expires}.${await mac(ctx, reportId, `${user}.${expires}`)}` || given === "") return null;
  return { userId, expired: parseInt(expires, 36) * 1000 < ctx.now().getTime() };
}

function mac(ctx: OpenCtx, reportId: string, body: string): Promise<string> {
  return hmacText(ctx.config.LINK_SIGNING_KEY, `download|${reportId}|${body}`);
}
