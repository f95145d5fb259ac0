import { eq } from "drizzle-orm";
import { myApiKeys, mySessions } from "../../../db/schema/views.ts";
import { type Actor, KEY_SCOPES, SCOPES } from "../../core/actor.ts";
import { errorFields } from "../../core/log.ts";
import { OUTAGES } from "../../core/outages.ts";
import { equalSecrets } from "../../core/secret.ts";
import { type Limit, take, type Verdict } from "../../objects/gcra.ts";
import type { Admitted, VerifiedKey } from "../../objects/user-gate.ts";
import type { OpenCtx } from "../../runtime.ts";
import { inRanges } from "../api-keys/ranges.ts";
import { apiKeyMac } from "../api-keys/mac.ts";
import { noteKeyUse } from "../api-keys/note-key-use.ts";
import { inTime } from "./gate.ts";
import { type Budget, COSTS, UNPROVED_LIMIT, userLimit } from "./limits.ts";
import type { CallerCredential } from "./read-credential.ts";

/** What the gate said. `actor` is null where the credential is not (or no longer) good. */
export type Admittance = { actor: Actor | null; verdict: Verdict; policy: Limit & { name: string } };

type KeyCredential = CallerCredential & { kind: "key" };
type Needs = "gates" | "dbAs" | "later";

const policyOf = (ctx: OpenCtx) => ({ name: "user", ...userLimit(ctx.config) });

/**
 * Asks the user's gate, once, whether this request may go on: its budget, whether its session or key was ended, and what
 * the key may do. A key that the gate does not know costs one database call and a second hop, then is remembered for five
 * minutes; until it is proved it spends nothing of the user's budget.
 */
export async function admitCaller(ctx: OpenCtx<Needs>, credential: CallerCredential, budget: Budget, address: string): Promise<Admittance> {
  return credential.kind === "key" ? admitKey(ctx, credential, budget, address) : admitSession(ctx, credential, budget);
}

async function admitSession(ctx: OpenCtx<Needs>, credential: CallerCredential & { kind: "session" }, budget: Budget): Promise<Admittance> {
  const { userId, sessionId, issuedAt } = credential;
  const verdict = await orLocal(
    ctx,
    budget,
    () =>
      ctx.gates
        .user(userId)
        .admit({ requestId: ctx.requestId, bucket: "user", limit: userLimit(ctx.config), cost: COSTS[budget], session: { id: sessionId, issuedAt } }),
    async () => ({
      ...takeLocally(ctx, userId, COSTS[budget]),
      revoked: await endedInDatabase(ctx, credential),
      key: null,
    }),
  );
  return { actor: verdict.revoked ? null : { kind: "person", userId, sessionId, scopes: SCOPES }, verdict, policy: policyOf(ctx) };
}

async function admitKey(ctx: OpenCtx<Needs>, credential: KeyCredential, budget: Budget, address: string): Promise<Admittance> {
  const { userId } = credential;
  const mac = await apiKeyMac(ctx, credential.token);
  const unproved = { bucket: `unproved:${address}`, limit: UNPROVED_LIMIT };
  let isDown = false;
  const warm = await orLocal(
    ctx,
    budget,
    () =>
      ctx.gates
        .user(userId)
        .admit({ requestId: ctx.requestId, bucket: "user", limit: userLimit(ctx.config), cost: COSTS[budget], key: { id: credential.key.id, mac, unproved } }),
    async () => {
      isDown = true;
      return { ...takeLocally(ctx, userId, COSTS[budget]), revoked: false, key: null };
    },
  );
  if (warm.revoked || !warm.allowed)
    return { actor: warm.revoked ? null : nobody(credential), verdict: warm, policy: warm.key ? policyOf(ctx) : { name: "unproved", ...UNPROVED_LIMIT } };
  const admitted = warm.key ? warm : await lookUp(ctx, credential, mac, budget, isDown ? warm : null);
  const key = admitted?.key;
  const isAlive = key && (await equalSecrets(key.mac, mac)) && (key.expiresAt === null || key.expiresAt > ctx.now().getTime()) && inRanges(address, key.ranges);
  const scopes = KEY_SCOPES.filter((scope) => key?.scopes.includes(scope));
  return { actor: isAlive ? { kind: "key", userId, keyId: credential.key.id, scopes } : null, verdict: admitted ?? warm, policy: policyOf(ctx) };
}

/** Over its budget: refused before anybody asks what it may do. */
const nobody = (credential: KeyCredential): Actor => ({ kind: "key", userId: credential.userId, keyId: credential.key.id, scopes: [] });

/** What happens when a gate is down, by the table {@link OUTAGES}. */
async function orLocal(ctx: OpenCtx, budget: Budget, ask: () => Promise<Admitted>, fallback: () => Promise<Admitted>): Promise<Admitted> {
  try {
    return await inTime(ask());
  } catch (error) {
    ctx.log("warn", "gate.down", { budget, ...errorFields(error, 1) });
    if (OUTAGES.gate.without[budget] === "refuse") throw error;
    return fallback();
  }
}

/** Buckets of this isolate, for reads while a gate is down. Bounded: emptied when it grows. */
const local = new Map<string, number>();
const LOCAL_MOST = 10_000;

function takeLocally(ctx: OpenCtx, userId: string, cost: number): Verdict {
  if (local.size > LOCAL_MOST) local.clear();
  const { perMinute, burst } = userLimit(ctx.config);
  const tenth = { perMinute: perMinute / 10, burst: burst / 10 };
  const { verdict, next } = take(local.get(userId), tenth, cost, ctx.now().getTime());
  local.set(userId, next);
  return verdict;
}

/** Postgres has the last word while the gate is down. A key is looked up anyway. */
async function endedInDatabase(ctx: OpenCtx<"dbAs">, credential: CallerCredential & { kind: "session" }): Promise<boolean> {
  const db = ctx.dbAs(credential.userId);
  const [session] = await db
    .select({ endedAt: mySessions.endedAt, expiresAt: mySessions.expiresAt })
    .from(mySessions)
    .where(eq(mySessions.id, credential.sessionId));
  return !session || session.endedAt !== null || Date.parse(session.expiresAt) <= ctx.now().getTime();
}

/** The key as the database knows it, told to the gate. `local` is the verdict that holds while the gate is down. */
async function lookUp(ctx: OpenCtx<Needs>, credential: KeyCredential, mac: string, budget: Budget, local: Admitted | null): Promise<Admitted | null> {
  const db = ctx.dbAs(credential.userId);
  const [row] = await db.select().from(myApiKeys).where(eq(myApiKeys.id, credential.key.id));
  const isGood = await equalSecrets(row?.mac ?? "nobody's", mac);
  if (!row || !isGood || row.revokedAt !== null) return null;
  ctx.later(noteKeyUse(ctx, credential.userId, row.id));
  const key: VerifiedKey = {
    mac: row.mac,
    scopes: row.scopes,
    ranges: row.allowedRanges,
    expiresAt: row.expiresAt === null ? null : Date.parse(row.expiresAt),
  };
  if (local) return { ...local, key };
  return inTime(
    Promise.resolve(ctx.gates.user(credential.userId).rememberKey(row.id, key, { bucket: "user", limit: userLimit(ctx.config), cost: COSTS[budget] })),
  );
}
