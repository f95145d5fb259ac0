import { z } from "@hono/zod-openapi";
import { instant } from "../../core/instant.ts";
import { KEY_SCOPES } from "../../core/actor.ts";
import { createApiKey } from "../../features/api-keys/create-api-key.ts";
import { type ApiKey, listApiKeys } from "../../features/api-keys/list-api-keys.ts";
import { reportLeakedKeys } from "../../features/api-keys/report-leaked-keys.ts";
import { parseRange } from "../../features/api-keys/ranges.ts";
import { revokeApiKey } from "../../features/api-keys/revoke-api-key.ts";
import { rotateApiKey } from "../../features/api-keys/rotate-api-key.ts";
import { ctx, openCtx, wording } from "../context.ts";
import { route } from "../route.ts";
import { createRouter } from "../router.ts";
import { Accepted, Instant, json, jsonBody, line, page } from "../wire.ts";

// ── contract ──────────────────────────────────────────────────────────────
const KeyId = z
  .string()
  .regex(/^[0-9A-Za-z]{12}$/)
  .openapi({ example: "7Kd02hTz9QpA" });
const Range = z
  .string()
  .max(50)
  .refine((text) => parseRange(text) !== null, "must be a CIDR range; of IPv6 at most a /64")
  .openapi({ example: "203.0.113.0/24" });
const NewKeyBody = z
  .strictObject({
    name: line(100),
    scopes: z.array(z.enum(KEY_SCOPES)).min(1).max(KEY_SCOPES.length),
    expiresAt: Instant.optional(),
    allowedRanges: z.array(Range).max(20).optional(),
  })
  .openapi("NewApiKey");
const KeyBody = z
  .strictObject({
    id: KeyId,
    name: z.string(),
    lastFour: z.string(),
    scopes: z.array(z.string()),
    allowedRanges: z.array(z.string()),
    createdAt: Instant,
    expiresAt: Instant.nullable(),
    lastUsedAt: Instant.nullable(),
    revokedAt: Instant.nullable(),
  })
  .openapi("ApiKey");
/** A day unless it says otherwise; 0 ends the old key at once. */
const RotateBody = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(7 * 86_400)
      .default(86_400),
  })
  .openapi("RotateApiKey");
const CreatedBody = z.strictObject({ ...KeyBody.shape, key: z.string() }).openapi("CreatedApiKey");

const toBody = (k: ApiKey): z.infer<typeof KeyBody> => ({
  id: k.id,
  name: k.name,
  lastFour: k.lastFour,
  scopes: k.scopes,
  allowedRanges: k.allowedRanges,
  createdAt: new Date(k.createdAt).toISOString(),
  expiresAt: instant(k.expiresAt),
  lastUsedAt: instant(k.lastUsedAt),
  revokedAt: instant(k.revokedAt),
});

type Created = ApiKey & { key: string };
const toCreated = (made: Created): z.infer<typeof CreatedBody> => ({ ...toBody(made), key: made.key });

// ── routes ────────────────────────────────────────────────────────────────
const tags = ["api-keys"];
const access = (limit: "read" | "write") => ({ scope: "api-keys:manage" as const, limit });

const sensitive = (limit: "write") => ({ ...access(limit), sensitive: true as const });

const list = route({
  operationId: "listApiKeys",
  summary: "Your keys",
  tags,
  method: "get",
  path: "/api-keys",
  access: access("read"),
  revalidated: true,
  responses: { 200: json("Keys, newest first", page(KeyBody)) },
});

const create = route({
  operationId: "createApiKey",
  summary: "Make a key",
  description: "The key is shown once, in this answer.",
  tags,
  method: "post",
  path: "/api-keys",
  access: sensitive("write"),
  fails: ["conflict"],
  request: { body: jsonBody(NewKeyBody) },
  responses: { 201: json("The key", CreatedBody) },
});

const rotate = route({
  operationId: "rotateApiKey",
  summary: "Replace a key, with an overlap",
  description: "The new key is shown once, in this answer; the old one works on for the overlap.",
  tags,
  method: "post",
  path: "/api-keys/{id}/rotate",
  access: sensitive("write"),
  fails: ["not_found", "conflict"],
  request: { params: z.strictObject({ id: KeyId }), body: jsonBody(RotateBody) },
  responses: { 201: json("The new key", CreatedBody) },
});

const revoke = route({
  operationId: "revokeApiKey",
  summary: "Revoke a key, everywhere at once",
  tags,
  method: "delete",
  path: "/api-keys/{id}",
  access: access("write"),
  fails: ["not_found"],
  request: { params: z.strictObject({ id: KeyId }) },
  responses: { 200: json("The key is revoked", z.strictObject({ id: KeyId, revoked: z.literal(true) })) },
});

const leaked = route({
  operationId: "reportLeakedKeys",
  summary: "Revoke keys that were found in the open",
  description: "For anybody, and for secret scanners: holding a key is proof enough. The answer is the same for keys that are not ours.",
  tags,
  method: "post",
  path: "/security/leaked-keys",
  access: { public: "credentials" },
  request: { body: jsonBody(z.strictObject({ keys: z.array(z.string().max(200)).min(1).max(20) }).openapi("LeakedKeys")) },
  responses: { 202: json("Those that were in force are revoked", Accepted) },
});

export const apiKeys = createRouter()
  .openapi(list, async (c) => c.json({ data: (await listApiKeys(ctx(c))).map(toBody), nextCursor: null }, 200))
  .openapi(create, async (c) => {
    wording(c, (made: Created) => ({ status: 201, body: toCreated(made) }));
    return c.json(toCreated(await createApiKey(ctx(c), c.req.valid("json"))), 201);
  })
  .openapi(rotate, async (c) => {
    wording(c, (made: Created) => ({ status: 201, body: toCreated(made) }));
    return c.json(toCreated(await rotateApiKey(ctx(c), c.req.valid("param").id, c.req.valid("json").overlapSeconds)), 201);
  })
  .openapi(revoke, async (c) => {
    const { id } = c.req.valid("param");
    await revokeApiKey(ctx(c), id);
    return c.json({ id, revoked: true as const }, 200);
  })
  .openapi(leaked, async (c) => {
    await reportLeakedKeys(openCtx(c), c.req.valid("json").keys);
    return c.json({ message: "Those that were in force are revoked." }, 202);
  });
