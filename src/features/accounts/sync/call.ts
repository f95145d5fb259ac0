import { QuickBooksFault } from "../../../integrations/quickbooks/faults.ts";
import type { Company } from "../../../integrations/quickbooks/client.ts";
import { type Session, type SyncCtx, Wait } from "./session.ts";
import { accessToken, ConnectionLost, replaceToken } from "./tokens.ts";

/** Longer waits are not slept through: the run is put down and taken up again. */
const SLEEP_MOST_MS = 20_000;

/**
 * One call to QuickBooks: the company's gate is asked first, the token is in force, a refused one is replaced once. What
 * the company's gate learns here (a 429) holds for every Worker.
 */
export async function callQuickBooks<T>(ctx: SyncCtx, session: Session, operation: (company: Company) => Promise<T>): Promise<T> {
  try {
    return await attempt(ctx, session, operation);
  } catch (error) {
    if (!(error instanceof QuickBooksFault) || error.kind !== "unauthorized") throw await judged(ctx, session, error);
  }
  await replaceToken(ctx, session);
  return attempt(ctx, session, operation).catch(async (error: unknown) => {
    if (error instanceof QuickBooksFault && error.kind === "unauthorized") throw new ConnectionLost("access_revoked", session.token?.version ?? 0);
    throw await judged(ctx, session, error);
  });
}

async function attempt<T>(ctx: SyncCtx, session: Session, operation: (company: Company) => Promise<T>): Promise<T> {
  const token = await accessToken(ctx, session);
  await pass(ctx, session);
  session.calls += 1;
  return operation({ realmId: session.realmId, accessToken: token });
}

/** Waits for this call's turn. A gate that does not answer is not passed. */
async function pass(ctx: SyncCtx, session: Session): Promise<void> {
  const turn = await ctx.gates.company(session.account.externalAccountMac ?? "").reserve(session.run.id, ctx.now().getTime());
  if (!turn.granted) throw new Wait(Math.ceil(turn.waitMs / 1000), "throttled");
  if (turn.waitMs > SLEEP_MOST_MS) throw new Wait(Math.ceil(turn.waitMs / 1000), "throttled");
  if (turn.waitMs > 0) await ctx.sleep(turn.waitMs);
}

async function judged(ctx: SyncCtx, session: Session, error: unknown): Promise<unknown> {
  if (!(error instanceof QuickBooksFault)) return error;
  if (error.kind === "forbidden") return new ConnectionLost("forbidden", session.token?.version ?? session.account.tokenVersion);
  if (error.kind !== "throttled") return error;
  const seconds = (error.retryAfterSeconds ?? 60) + ((ctx.random(1)[0] ?? 0) % 10);
  await ctx.gates.company(session.account.externalAccountMac ?? "").close(ctx.now().getTime() + seconds * 1000);
  return new Wait(seconds, "throttled");
}
