import { sql } from "drizzle-orm";
import { Problem } from "../../core/errors.ts";
import { instant } from "../../core/instant.ts";
import type { OpenCtx, Runtime } from "../../runtime.ts";
import { auditRow, auditRowIf } from "../audit/audit-row.ts";

export type KeptLetter = {
  id: string;
  userId: string | null;
  queue: string;
  message: unknown;
  cause: string;
  attempts: number;
  createdAt: string;
  replayedAt: string | null;
  droppedAt: string | null;
};

type Row = {
  id: string;
  user_id: string | null;
  queue: string;
  message: unknown;
  cause: string;
  attempts: number | string;
  created_at: string;
  replayed_at: string | null;
  dropped_at: string | null;
};
const MOST = 100;

type Queue = Runtime["queue"];
type Message = Parameters<Queue["sync"]>[0] | Parameters<Queue["work"]>[0];

/** The letters that nobody has settled, newest first; `before` goes on after that one. Reading is in the trail. */
export async function listDeadLetters(ctx: OpenCtx<"dbAs">, before: string | null): Promise<KeptLetter[]> {
  const db = ctx.dbAs(null);
  const [found] = await db.batch([
    db.execute<Row>(sql`select * from operate_dead_letters('list', ${before}::uuid, ${ctx.now().toISOString()}::timestamptz, ${MOST})`),
    auditRow(ctx, db, { userId: null, action: "ops.read", subject: "dead-letters" }),
  ]);
  return found.rows.map(letterOf);
}

/** One letter, settled or not. */
export async function getDeadLetter(ctx: OpenCtx<"dbAs">, id: string): Promise<KeptLetter> {
  const { rows } = await ctx.dbAs(null).execute<Row>(sql`select * from operate_dead_letters('show', ${id}::uuid, ${ctx.now().toISOString()}::timestamptz, 1)`);
  if (!rows[0]) throw new Problem("not_found", { detail: "There is no such dead letter." });
  return letterOf(rows[0]);
}

/**
 * Sends the message again and settles its letter. The message goes first: sent twice it does no harm, settled and not sent it
 * would be lost. One that is not understood cannot be sent again.
 */
export async function replayDeadLetter(ctx: OpenCtx<"dbAs" | "queue">, id: string): Promise<KeptLetter> {
  const letter = await openLetter(ctx, id);
  const message = letter.message as Message | null;
  if (letter.cause === "unreadable message" || message === null || typeof message !== "object")
    throw new Problem("conflict", { detail: "This message is not understood: drop it." });
  const taken = message.type === "sync" ? await ctx.queue.sync(message) : await ctx.queue.work(message);
  if (!taken)
    throw new Problem("unavailable", { detail: "The queue did not take the message. The letter stays open: replay it again.", retryAfterSeconds: 30 });
  return settleLetter(ctx, id, "replay");
}

/** Gives a letter up: it is kept, and counted no more. */
export async function dropDeadLetter(ctx: OpenCtx<"dbAs">, id: string): Promise<KeptLetter> {
  await openLetter(ctx, id);
  return settleLetter(ctx, id, "drop");
}

async function openLetter(ctx: OpenCtx<"dbAs">, id: string): Promise<KeptLetter> {
  const letter = await getDeadLetter(ctx, id);
  if (letter.replayedAt !== null || letter.droppedAt !== null) throw new Problem("conflict", { detail: "This dead letter was settled before." });
  return letter;
}

/** Settles the letter, with its line in the trail of the service, both or neither. */
async function settleLetter(ctx: OpenCtx<"dbAs">, id: string, what: "replay" | "drop"): Promise<KeptLetter> {
  const db = ctx.dbAs(null);
  const at = ctx.now().toISOString();
  const wasOpen = sql`exists (select 1 from operate_dead_letters('show', ${id}::uuid, ${at}::timestamptz, 1) d where d.replayed_at is null and d.dropped_at is null)`;
  const [, settled] = await db.batch([
    auditRowIf(ctx, db, { userId: null, action: what === "replay" ? "ops.dead_letter_replayed" : "ops.dead_letter_dropped", subject: id }, wasOpen),
    db.execute<Row>(sql`select * from operate_dead_letters(${what}, ${id}::uuid, ${at}::timestamptz, 1)`),
  ]);
  if (!settled.rows[0]) throw new Problem("conflict", { detail: "This dead letter was settled before." });
  return letterOf(settled.rows[0]);
}

function letterOf(row: Row): KeptLetter {
  return {
    id: row.id,
    userId: row.user_id,
    queue: row.queue,
    message: row.message,
    cause: row.cause,
    attempts: Number(row.attempts),
    createdAt: new Date(row.created_at).toISOString(),
    replayedAt: instant(row.replayed_at),
    droppedAt: instant(row.dropped_at),
  };
}
