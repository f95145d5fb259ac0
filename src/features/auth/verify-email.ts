import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Db } from "../../../db/client.ts";
import { mails, oneTimeTokens, sessions, users } from "../../../db/schema/auth.ts";
import { me } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { OpenCtx } from "../../runtime.ts";
import { auditRow, auditRowIf } from "../audit/audit-row.ts";
import { tellGate } from "./gate.ts";
import { wakeMail } from "./mails.ts";
import { inForce, ownerOf, spendResets } from "./one-time-tokens.ts";

/**
 * Proves an address by a mailed link: the first one of a person, or one that takes the old one's place. Idempotent within
 * the link's life: a scanner that opens it first takes nothing away.
 */
export async function verifyEmail(ctx: OpenCtx<"dbAs" | "gates" | "queue">, token: string): Promise<void> {
  const owner = ownerOf(token);
  if (!owner) throw new Problem("invalid_token");
  const db = ctx.dbAs(owner.userId);
  const [[first], [change]] = await db.batch([
    db
      .select({ usedAt: oneTimeTokens.usedAt })
      .from(oneTimeTokens)
      .where(await inForce(ctx, token, "verify", true)),
    db
      .select({ usedBy: oneTimeTokens.usedBy, payload: oneTimeTokens.payload })
      .from(oneTimeTokens)
      .where(await inForce(ctx, token, "email", true)),
  ]);
  if (first) return first.usedAt === null ? confirm(ctx, db, owner, token) : undefined;
  if (!change || change.usedBy === "superseded") throw new Problem("invalid_token", { detail: "The link is not valid, or has expired. Ask for a new one." });
  if (change.usedBy === null) await changeAddress(ctx, db, owner, token, (change.payload as { email: string }).email);
}

type Owner = { userId: string; id: string };

async function confirm(ctx: OpenCtx, db: Db, owner: Owner, token: string): Promise<void> {
  const now = ctx.now().toISOString();
  const valid = db
    .select({ userId: oneTimeTokens.userId })
    .from(oneTimeTokens)
    .where(await inForce(ctx, token, "verify", true));
  await db.batch([
    db.update(users).set({ isVerified: true, updatedAt: now }).where(inArray(users.id, valid)),
    db.update(oneTimeTokens).set({ usedAt: now }).where(eq(oneTimeTokens.id, owner.id)),
    auditRow(ctx, db, { userId: owner.userId, action: "person.verified", actor: "person" }),
  ]);
}

/** One statement takes the link; what follows happens only where it did. The old address is told, and every session ends. */
async function changeAddress(ctx: OpenCtx<"gates" | "queue">, db: Db, { userId, id }: Owner, token: string, email: string): Promise<void> {
  const now = ctx.now();
  const at = now.toISOString();
  const mailId = ctx.id();
  await tellGate(ctx, userId, { before: now.getTime() });
  const won = sql`exists (select 1 from one_time_tokens where id = ${id} and used_by = ${ctx.requestId})`;
  const old = db.select({ address: me.email }).from(me);
  const rows = sql`insert into mails (id, user_id, template, address, created_at, due_at) select ${mailId}::uuid, ${userId}::uuid, 'email_changed', (${old}), ${at}::timestamptz, ${at}::timestamptz where ${won}`;
  const [used, , , ended] = await db
    .batch([
      db
        .update(oneTimeTokens)
        .set({ usedAt: at, usedBy: ctx.requestId })
        .where(await inForce(ctx, token, "email"))
        .returning({ id: oneTimeTokens.id }),
      db.execute(rows),
      db
        .update(users)
        .set({ email, isVerified: true, updatedAt: at })
        .where(and(eq(users.id, userId), won)),
      db
        .update(sessions)
        .set({ endedAt: at, endedReason: "email_changed" })
        .where(and(eq(sessions.userId, userId), isNull(sessions.endedAt), won))
        .returning({ id: sessions.id }),
      spendResets(db, userId, at),
      db.delete(mails).where(and(eq(mails.userId, userId), eq(mails.template, "reset"), isNull(mails.sentAt), won)),
      auditRowIf(ctx, db, { userId, action: "email.changed", actor: "person" }, won),
    ])
    .catch((cause: unknown) => {
      // somebody else proved the address meanwhile
      if (isTaken(cause)) throw new Problem("invalid_token", { detail: "The address cannot be used.", cause });
      throw cause;
    });
  if (used.length === 0) return;
  await tellGate(ctx, userId, { before: now.getTime(), ids: ended.map((one) => one.id) });
  await wakeMail(ctx, userId, mailId);
}

function isTaken(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if ("code" in at && at.code === "23505") return true;
  return false;
}
