import type { myAiQueries } from "../../../db/schema/views.ts";
import { unseal } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";
import type { Insight, Kept } from "./insight.ts";
import { placeOfInsight } from "./log-turn.ts";

type Row = typeof myAiQueries.$inferSelect;

/** A row of the log opened from its seal. The row has an answer. */
export async function open(ctx: Ctx, row: Row): Promise<Insight> {
  return (await openKept(ctx, row)).insight;
}

export async function openKept(ctx: Ctx, row: Row): Promise<Kept> {
  const sealed = (row.response as { sealed: string }).sealed;
  return JSON.parse(await unseal(ctx.config.SEALING_KEYS, placeOfInsight(row.userId, row.id, "response"), sealed)) as Kept;
}

export type Transcript = { instructions: string; tools: string[]; items: Record<string, unknown>[] };

/** Exactly what was sent to the model and what it answered; null where none was asked. */
export async function openTranscript(ctx: Ctx, row: Row): Promise<Transcript | null> {
  if (row.transcript === null) return null;
  return JSON.parse(await unseal(ctx.config.SEALING_KEYS, placeOfInsight(row.userId, row.id, "transcript"), row.transcript)) as Transcript;
}
