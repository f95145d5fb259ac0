import { eq } from "drizzle-orm";
import { myApiKeys, mySessions } from "../../../db/schema/views.ts";
import { type Actor, SCOPES, type Scope } from "../../core/actor.ts";
import { Problem } from "../../core/errors.ts";
import { equalSecrets, hmacText } from "../../core/secret.ts";
import { type Limit, take, type Verdict } from "../../objects/gcra.ts";
import type { Admitted, VerifiedKey } from "../../objects/user-gate.ts";
import type { OpenCtx } from "../../runtime.ts";
import { inTime } from "./gate.ts";
import { type Budget, COSTS, GATE_DOWN, USER_LIMIT } from "./limits.ts";
import type { CallerCredential } from "./read-credential.ts";

export type Admittance = { actor: Actor; verdict: Verdict; policy: Limit & { name: string } };

/** Buckets of this isolate, for reads while a gate is down. Bounded: emptied when it grows. */
const local = new Map<string, number>();
const LOCAL_MOST = 10_000;

/**
 * Asks the user's gate, once, whether this request may go on: its budget, whether its session or key was ended, and what
 * the key may do. A key that the gate does not know costs one database call, then is remembered for five minutes.
 */
export async function admitCaller(ctx: OpenCtx<"gates" | "dbAs">, credential: CallerCredential, budget: Budget, _address: string): Promise<Admittance> {
  const policy = { name: "user", ...USER_LIMIT };
  const answer = await ask(ctx, credential, budget);
  if (answer.revoked) throw new Problem("unauthenticated", { detail: "This credential was ended." });
  if (!answer.allowed) return { actor: { kind: "system", userId: credential.userId, scopes: [] }, verdict: answer, policy };
  if (credential.kind === "session") {
    return { actor: { kind: "person", userId: credential.userId, sessionId: credential.sessionId, scopes: SCOPES }, verdict: answer, policy };
  }
  const mac = await hmacText(ctx.config.LINK_SIGNING_KEY, `api-key|${credential.token}`);
  const key = answer.key ?? (await lookUp(ctx, credential, answer.gateDown));
  const alive = key && (await equalSecrets(key.mac, mac)) && (key.expiresAt === null || key.expiresAt > ctx.now().getTime());
  if (!alive) throw new Problem("unauthenticated", { detail: "The API key is not valid, has expired or was revoked." });
  return { actor: { kind: "key", userId: credential.userId, keyId: credential.key.id, scopes: key.scopes as Scope[] }, verdict: answer, policy };
}

async function ask(ctx: OpenCtx<"gates" | "dbAs">, credential: CallerCredential, budget: Budget): Promise<Admitted & { gateDown: boolean }> {
  const gate = ctx.gates.user(credential.userId);
  try {
    const session = credential.kind === "session" ? { session: { id: credential.sessionId, issuedAt: credential.issuedAt } } : {};
    const keyId = credential.kind === "key" ? { keyId: credential.key.id } : {};
    const answer = await inTime(gate.admit({ bucket: "user", limit: USER_LIMIT, cost: COSTS[budget], ...session, ...keyId }));
    return { ...answer, gateDown: false };
  } catch (error) {
    ctx.log("warn", "gate.down", { error: error instanceof Error ? error.message : "unknown" });
    if (GATE_DOWN[budget] === "refuse") throw new Problem("unavailable", { retryAfterSeconds: 1, cause: error });
    return { ...takeLocally(ctx, credential.userId, COSTS[budget]), revoked: await endedInDatabase(ctx, credential), key: null, gateDown: true };
  }
}

function takeLocally(ctx: OpenCtx, userId: string, cost: number): Verdict {
  if (local.size > LOCAL_MOST) local.clear();
  const tenth = { perMinute: USER_LIMIT.perMinute / 10, burst: USER_LIMIT.burst / 10 };
  const { verdict, next } = take(local.get(userId), tenth, cost, ctx.now().getTime());
  local.set(userId, next);
  return verdict;
}

/** Postgres has the last word while the gate is down. A key is looked up anyway. */
async function endedInDatabase(ctx: OpenCtx<"dbAs">, credential: CallerCredential): Promise<boolean> {
  if (credential.kind === "key") return false;
  const db = ctx.dbAs(credential.userId);
  const [session] = await db.select({ endedAt: mySessions.endedAt }).from(mySessions).where(eq(mySessions.id, credential.sessionId));
  return !session || session.endedAt !== null;
}

async function lookUp(ctx: OpenCtx<"gates" | "dbAs">, credential: CallerCredential & { kind: "key" }, gateDown: boolean): Promise<VerifiedKey | null> {
  const db = ctx.dbAs(credential.userId);
  const [row] = await db.select().from(myApiKeys).where(eq(myApiKeys.id, credential.key.id));
  if (!row || row.revokedAt !== null) return null;
  const key = { mac: row.mac, scopes: row.scopes, expiresAt: row.expiresAt === null ? null : Date.parse(row.expiresAt) };
  if (!gateDown) await inTime(Promise.resolve(ctx.gates.user(credential.userId).rememberKey(row.id, key)));
  return key;
}
