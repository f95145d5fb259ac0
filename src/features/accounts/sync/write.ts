import { TIMEOUTS } from "../../../../db/client.ts";
import { broughtBack } from "../../archive/bring-back.ts";
import { LEASE_MS } from "./claim.ts";
import { BODY_MOST, type ChartRow, type Row, split } from "./prepare.ts";
import { type Session, Superseded, type SyncCtx } from "./session.ts";
import type { Progress } from "./state.ts";
import { type Unit, unitStatement } from "./statement.ts";

export type Step = {
  rows?: readonly Row[];
  chart?: readonly ChartRow[];
  progress: Progress;
  force?: boolean;
  scan?: boolean;
};
export type Written = { fresh: number; gone: number; refused: number };

/**
 * Writes a unit. A page that no request can hold goes in parts, of which the last alone moves the run on, so that a crash between repeats
 * and changes nothing. A document that the database refuses is found by halving, kept as unreadable with the reason, and
 * the run goes on, marked incomplete.
 */
export async function writeStep(ctx: SyncCtx, session: Session, step: Step): Promise<Written> {
  const parts = split(step.rows ?? [], BODY_MOST);
  const total: Written = { fresh: 0, gone: 0, refused: 0 };
  const before = session.progress;
  for (const [index, rows] of (parts.length > 0 ? parts : [[]]).entries()) {
    const last = index >= parts.length - 1;
    const written = await writeOrHalve(ctx, session, { ...step, rows, chart: index === 0 ? (step.chart ?? []) : [], progress: last ? step.progress : before });
    total.fresh += written.fresh;
    total.gone += written.gone;
    total.refused += written.refused;
  }
  session.progress = total.refused > 0 ? { ...step.progress, incomplete: true } : step.progress;
  return total;
}

async function writeOrHalve(ctx: SyncCtx, session: Session, step: Step & { rows: readonly Row[] }): Promise<Written> {
  try {
    return await write(ctx, session, step);
  } catch (error) {
    const state = refusalOf(error);
    if (state === null || step.rows.length === 0) throw error;
    const stay = session.progress;
    const [only] = step.rows;
    if (step.rows.length === 1 && only) {
      const stub = { ...only, b: null, t: null, s: [], p: [{ code: "unreadable", detail: `the database refused it (${state})` }] };
      const written = await write(ctx, session, { ...step, rows: storable(only) ? [stub] : [], progress: { ...step.progress, incomplete: true } });
      return { ...written, refused: 1 };
    }
    const half = Math.ceil(step.rows.length / 2);
    const first = await writeOrHalve(ctx, session, { ...step, rows: step.rows.slice(0, half), progress: stay });
    const progress = first.refused > 0 ? { ...step.progress, incomplete: true } : step.progress;
    const second = await writeOrHalve(ctx, session, { ...step, rows: step.rows.slice(half), progress });
    return { fresh: first.fresh + second.fresh, gone: first.gone + second.gone, refused: first.refused + second.refused };
  }
}

/** Ids that the columns take; a document without one can only be counted. */
function storable(row: Row): boolean {
  return /^[\x21-\x7e]{1,40}$/.test(row.x);
}

async function write(ctx: SyncCtx, session: Session, step: Step): Promise<Written> {
  const now = ctx.now();
  const unit: Unit = {
    rows: step.rows ?? [],
    chart: step.chart ?? [],
    progress: step.progress,
    force: step.force === true,
    scan: step.scan === true,
    at: now.toISOString(),
    until: new Date(now.getTime() + LEASE_MS).toISOString(),
  };
  const { rows } = await broughtBack(ctx, () =>
    ctx.dbAs(ctx.actor.userId, TIMEOUTS.page).execute<{ held: string; fresh: string; gone: string }>(unitStatement(session, unit)),
  );
  const [result] = rows;
  if (result?.held !== "1") throw new Superseded();
  session.calls = 0;
  return { fresh: Number(result.fresh), gone: Number(result.gone), refused: 0 };
}

/** The SQLSTATE of a refusal of the data itself (22xxx, 23xxx, and 54xxx where it is too much), else null. Errors are wrapped on their way here. */
export function refusalOf(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = "code" in at && typeof at.code === "string" ? at.code : "";
    if (/^(?:22|23|54)[0-9A-Z]{3}$/.test(code)) return code;
  }
  return null;
}
