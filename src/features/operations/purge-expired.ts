import { sql } from "drizzle-orm";
import type { OpenCtx } from "../../runtime.ts";

const BATCH = 1_000;
const ROUNDS_MOST = 50;

/** Removes expired tokens, links, idempotency keys and sessions in bounded batches; returns how many rows went. */
export async function purgeExpired(ctx: OpenCtx<"dbAs">): Promise<number> {
  const db = ctx.dbAs(null, 20_000);
  let total = 0;
  for (let round = 0; round < ROUNDS_MOST; round++) {
    const { rows } = await db.execute<{ gone: string }>(sql`select purge_expired(${ctx.now().toISOString()}, ${BATCH}) as gone`);
    const gone = Number(rows[0]?.gone ?? 0);
    total += gone;
    if (gone === 0) break;
  }
  return total;
}
