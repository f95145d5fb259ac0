import { createHash } from "node:crypto";
import { auditEvents } from "../../../db/schema/audit.ts";
import type { Actor } from "../../core/actor.ts";
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
  | "session.ended"
  | "session.reuse_detected"
  | "profile.changed"
  | "account.link_started"
  | "account.linked"
  | "account.unlinked"
  | "account.needs_reconnect"
  | "account.sync_asked"
  | "transaction.recorded"
  | "transaction.changed"
  | "transaction.removed"
  | "report.made"
  | "insight.asked"
  | "api_key.made"
  | "api_key.revoked";

export type AuditEvent = {
  userId: string;
  action: AuditAction;
  subject?: string;
  actor?: Actor["kind"];
  /** Address and device: kept outside the chain, cleared by erasure. */
  personal?: Record<string, string>;
  details?: Record<string, string | number | boolean | null>;
};

/**
 * The insert that belongs into the same batch as the change it tells of. A trigger numbers and chains it. Never await it
 * inside a batch: a query is a thenable, and awaiting it runs it on its own.
 */
export function auditRow(ctx: OpenCtx, db: Db, event: AuditEvent) {
  const salt = ctx.id();
  return db.insert(auditEvents).values({
    id: ctx.id(),
    userId: event.userId,
    action: event.action,
    subject: event.subject ?? null,
    actorKind: event.actor ?? "system",
    requestId: ctx.requestId,
    occurredAt: ctx.now().toISOString(),
    personal: event.personal ? { ...event.personal, salt } : null,
    personalHash: event.personal
      ? createHash("sha256")
          .update(`${salt}|${JSON.stringify(event.personal)}`)
          .digest("base64url")
      : null,
    details: event.details ?? null,
  });
}
