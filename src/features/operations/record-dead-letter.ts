import { deadLetters } from "../../../db/schema/operations.ts";
import type { OpenCtx } from "../../runtime.ts";

export type DeadLetter = { queue: string; message: unknown; userId?: string; cause: string; attempts: number };

/** Keeps a message that no retry could help, with its cause. */
export async function recordDeadLetter(ctx: OpenCtx<"dbAs">, letter: DeadLetter): Promise<void> {
  await ctx
    .dbAs(letter.userId ?? null)
    .insert(deadLetters)
    .values({
      id: ctx.id(),
      userId: letter.userId ?? null,
      queue: letter.queue,
      message: letter.message ?? null,
      cause: letter.cause.slice(0, 1000),
      attempts: letter.attempts,
      createdAt: ctx.now().toISOString(),
    });
}
