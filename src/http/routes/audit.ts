import { z } from "@hono/zod-openapi";
import { type AuditEntry, listAuditEvents } from "../../features/audit/list-audit-events.ts";
import { verifyAuditEvents } from "../../features/audit/verify-audit-events.ts";
import { ctx } from "../context.ts";
import { route } from "../route.ts";
import { createRouter } from "../router.ts";
import { Cursor, Id, Instant, json, Limit, page } from "../wire.ts";

// ── contract ──────────────────────────────────────────────────────────────
const AuditQuery = z.strictObject({
  action: z
    .string()
    .max(60)
    .regex(/^[a-z_]+\.[a-z_]+$/)
    .optional()
    .openapi({ example: "person.logged_in" }),
  subject: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[\x21-\x7e]+$/)
    .optional(),
  from: Instant.optional(),
  to: Instant.optional(),
  cursor: Cursor,
  limit: Limit,
});
const EventBody = z
  .strictObject({
    id: Id,
    sequence: z.int(),
    action: z.string(),
    subject: z.string().nullable(),
    actor: z.enum(["person", "key", "system"]),
    requestId: z.string().nullable(),
    occurredAt: Instant,
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    details: z.record(z.string(), z.unknown()).nullable(),
    hash: z.string(),
  })
  .openapi("AuditEvent");
const ProofBody = z
  .strictObject({ isIntact: z.boolean(), events: z.int(), head: z.string().nullable(), broken: z.strictObject({ id: Id, sequence: z.int() }).nullable() })
  .openapi("AuditProof");

const toBody = (e: AuditEntry): z.infer<typeof EventBody> => ({
  id: e.id,
  sequence: e.sequence,
  action: e.action,
  subject: e.subject,
  actor: e.actor === "person" || e.actor === "key" ? e.actor : "system",
  requestId: e.requestId,
  occurredAt: new Date(e.occurredAt).toISOString(),
  ip: e.ip,
  userAgent: e.userAgent,
  details: e.details,
  hash: e.hash,
});

// ── routes ────────────────────────────────────────────────────────────────
const list = route({
  operationId: "listAuditEvents",
  summary: "What happened to your account",
  tags: ["audit"],
  method: "get",
  path: "/audit-events",
  access: { scope: "audit:read", limit: "read" },
  revalidated: true,
  request: { query: AuditQuery },
  responses: { 200: json("Events, newest first", page(EventBody)) },
});

const verify = route({
  operationId: "verifyAuditEvents",
  summary: "Prove that the trail is whole",
  description: "Computes every hash anew and names the first row that does not fit.",
  tags: ["audit"],
  method: "get",
  path: "/audit-events/verify",
  access: { scope: "audit:read", limit: "report" },
  responses: { 200: json("The proof", ProofBody) },
});

export const audit = createRouter()
  .openapi(list, async (c) => {
    const { data, nextCursor } = await listAuditEvents(ctx(c), c.req.valid("query"));
    return c.json({ data: data.map(toBody), nextCursor }, 200);
  })
  .openapi(verify, async (c) => c.json(await verifyAuditEvents(ctx(c)), 200));
