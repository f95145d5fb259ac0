import { eq, sql } from "drizzle-orm";
import { sessions } from "../../../db/schema/auth.ts";
import { Problem } from "../../core/errors.ts";
import { encodeSecret, formatCredential, hmac, parseCredential, sha256, subkey } from "../../core/secret.ts";
import type { OpenCtx } from "../../runtime.ts";
import { auditRow, auditRowIf } from "../audit/audit-row.ts";
import { ACCESS_TOKEN_SECONDS, signAccessToken } from "./access-tokens.ts";
import { inTime, tellGate } from "./gate.ts";
import { IDLE_DAYS, type Tokens } from "./sessions.ts";

/** A repeat of a spent token within this time (two tabs, a lost reply) gets the same successor. */
const GRACE_MS = 10_000;

type Outcome = { outcome: "rotated" | "repeated" | "reused" | "unknown"; session_id: string | null };

/**
 * The successor of a refresh token: an HMAC of it, so that a hundred redemptions at once name one and the same. One
 * statement decides. A spent token that comes later ends its whole family.
 */
export async function refreshSession(ctx: OpenCtx<"dbAs" | "gates">, token: string): Promise<Tokens> {
  const credential = parseCredential(token);
  if (credential?.kind !== "rt") throw refused();
  const successor = formatCredential({ ...credential, secret: encodeSecret(await hmac(await subkey(ctx.config.LINK_SIGNING_KEY, "refresh"), token)) });
  const { outcome, session_id: sessionId } = await redeem(ctx, credential.userId, await sha256(token), await sha256(successor));
  // told at every reuse: a gate that did not hear it the first time hears it the next
  if (outcome === "reused" && sessionId !== null) await tellGate(ctx, credential.userId, { ids: [sessionId] });
  if ((outcome !== "rotated" && outcome !== "repeated") || sessionId === null) throw refused();
  if (await inTime(ctx.gates.user(credential.userId).hasEnded(sessionId))) {
    await makeGood(ctx, credential.userId, sessionId);
    throw refused();
  }
  return {
    accessToken: await signAccessToken(ctx, { userId: credential.userId, sessionId }),
    tokenType: "Bearer",
    expiresIn: ACCESS_TOKEN_SECONDS,
    refreshToken: successor,
  };
}

async function redeem(ctx: OpenCtx<"dbAs">, userId: string, hash: string, next: string): Promise<Outcome> {
  const now = ctx.now();
  const at = now.toISOString();
  const graceFrom = new Date(now.getTime() - GRACE_MS).toISOString();
  const mark = `reuse ${ctx.requestId.slice(0, 23)}`;
  const idleFrom = new Date(now.getTime() - IDLE_DAYS * 86_400_000).toISOString();
  const db = ctx.dbAs(userId);
  const statement = db.execute<Outcome>(sql`
    with presented as (
      select t.hash, t.session_id, t.used_at from refresh_tokens t join sessions s on s.id = t.session_id
      where t.hash = ${hash} and s.ended_at is null and s.expires_at > ${at} and s.last_used_at > ${idleFrom}
      for update of t
    ), spent as (
      update refresh_tokens t set used_at = ${at} from presented p where t.hash = p.hash and p.used_at is null returning t.session_id
    ), successor as (
      insert into refresh_tokens (hash, user_id, session_id, created_at) select ${next}, ${userId}::uuid, session_id, ${at}::timestamptz from spent
      on conflict do nothing
    ), used as (
      update sessions s set last_used_at = ${at} from spent where s.id = spent.session_id
    ), ended as (
      update sessions s set ended_at = ${at}, ended_reason = ${mark} from presented p where s.id = p.session_id and p.used_at <= ${graceFrom} returning s.id
    ), dead as (
      select s.id from refresh_tokens t join sessions s on s.id = t.session_id where t.hash = ${hash} and s.ended_reason like 'reuse%'
    )
    select case when exists (select 1 from spent) then 'rotated' when exists (select 1 from ended) then 'reused'
      when exists (select 1 from presented) then 'repeated'
      when exists (select 1 from dead) then 'reused' else 'unknown' end as outcome,
      coalesce((select session_id from presented), (select id from dead)) as session_id`);
  const detected = sql`exists (select 1 from refresh_tokens t join sessions s on s.id = t.session_id where t.hash = ${hash} and s.ended_reason = ${mark})`;
  const [result] = await db.batch([statement, auditRowIf(ctx, db, { userId, action: "session.reuse_detected" }, detected)]);
  return result.rows[0] ?? { outcome: "unknown", session_id: null };
}

/** The gate heard that the session ended, and the database did not: somebody logged out while it was away. */
async function makeGood(ctx: OpenCtx<"dbAs">, userId: string, sessionId: string): Promise<void> {
  const db = ctx.dbAs(userId);
  const ended = db.update(sessions).set({ endedAt: ctx.now().toISOString(), endedReason: "ended" }).where(eq(sessions.id, sessionId));
  await db.batch([ended, auditRow(ctx, db, { userId, action: "session.ended", details: { count: 1, reason: "made_good" } })]);
}

function refused(): Problem {
  return new Problem("unauthenticated", { detail: "The refresh token is not valid. Log in again." });
}
