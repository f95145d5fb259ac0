import { type SQL, sql } from "drizzle-orm";
import { auditEvents } from "../../../db/schema/audit.ts";
import type { Actor } from "../../core/actor.ts";
import { encodeSecret } from "../../core/secret.ts";
import type { Db } from "../../../db/client.ts";
import type { OpenCtx } from "../../runtime.ts";

/** What may happen to an account, closed: a new event is a new line. */
export type AuditAction =
  | "person.signed_up"
  | "person.verified"
  | "person.logged_in"
  | "person.login_failed"
  | "password.reset_asked"
  | "password.reset"
  | "password.changed"
  | "password.locked"
  | "session.ended"
  | "session.reuse_detected"
  | "profile.changed"
  | "email.change_asked"
  | "email.changed"
  | "totp.enabled"
  | "totp.disabled"
  | "backup_code.used"
  | "export.asked"
  | "export.made"
  | "export.downloaded"
  | "erasure.asked"
  | "erasure.cancelled"
  | "person.erased"
  | "access.denied"
  | "access.missed"
  | "vault.tampered"
  | "account.link_started"
  | "account.linked"
  | "account.unlinked"
  | "account.sync_asked"
  | "transaction.recorded"
  | "transaction.changed"
  | "transaction.removed"
  | "transaction.imported"
  | "archive.changed"
  | "report.made"
  | "insight.asked"
  | "api_key.made"
  | "api_key.rotated"
  | "api_key.leaked"
  | "api_key.revoked"
  | "ops.read"
  | "ops.resealed"
  | "ops.dead_letter_replayed"
  | "ops.dead_letter_dropped";

export type AuditEvent = {
  /** Null where nobody is known: such events have a chain of their own. */
  userId: string | null;
  action: AuditAction;
  subject?: string;
  actor?: Actor["kind"];
  details?: Record<string, string | number | boolean | null>;
};

/**
 * The insert that belongs into the same batch as the change it tells of. A trigger numbers and chains it. Never await it
 * inside a batch: a query is a thenable, and awaiting it runs it on its own.
 */
export function auditRow(ctx: OpenCtx, db: Db, event: AuditEvent) {
  return db.insert(auditEvents).values(rowOf(ctx, event));
}

/** {@link auditRow}, written only where `condition` holds at that place of the batch: who lost a race leaves no trail. */
export function auditRowIf(ctx: OpenCtx, db: Db, event: AuditEvent, condition: SQL) {
  const row = rowOf(ctx, event);
  const json = (value: object | null) => (value === null ? sql`null::jsonb` : sql`${JSON.stringify(value)}::jsonb`);
  return db.execute(sql`
    insert into audit_events (id, user_id, action, subject, actor_kind, request_id, occurred_at, personal, details)
    select ${row.id}::uuid, ${row.userId}::uuid, ${row.action}, ${row.subject}, ${row.actorKind}, ${row.requestId}, ${row.occurredAt}::timestamptz, ${json(row.personal)}, ${json(row.details)}
    where ${condition}`);
}

function rowOf(ctx: OpenCtx, event: AuditEvent) {
  return {
    id: ctx.id(),
    userId: event.userId,
    action: event.action,
    subject: event.subject ?? null,
    actorKind: event.actor ?? "system",
    requestId: ctx.requestId,
    occurredAt: ctx.now().toISOString(),
    // address and device: outside the chain, which covers their salted hash, and cleared by erasure; the salt keeps the hash, which stays in the chain, from telling a guessed address after the personal part was erased
    personal: ctx.device ? { ...ctx.device, salt: encodeSecret(ctx.random(32)) } : null,
    details: event.details ?? null,
  };
}
