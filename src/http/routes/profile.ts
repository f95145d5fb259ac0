import { z } from "@hono/zod-openapi";
import { instant } from "../../core/instant.ts";
import { askErasure, cancelErasure } from "../../features/auth/ask-erasure.ts";
import { askExport, downloadExport, type Export, getExport } from "../../features/auth/ask-export.ts";
import { getProfile, type Profile } from "../../features/auth/get-profile.ts";
import { confirmTotp, removeTotp, startTotp } from "../../features/auth/totp-set-up.ts";
import { updateProfile } from "../../features/auth/update-profile.ts";
import { ctx, wording } from "../context.ts";
import { route } from "../route.ts";
import { createRouter } from "../router.ts";
import { Accepted, Email, Id, IdParam, Instant, json, jsonBody, line } from "../wire.ts";

// ── contract ──────────────────────────────────────────────────────────────
const ProfileBody = z
  .strictObject({
    id: Id,
    name: z.string(),
    email: z.string(),
    isVerified: z.boolean(),
    hasSecondFactor: z.boolean(),
    backupCodesLeft: z.int(),
    eraseAt: Instant.nullable(),
    createdAt: Instant,
  })
  .openapi("Profile");
const ProfileChangeBody = z
  .strictObject({ name: line(100).optional(), email: Email.optional(), currentPassword: z.string().max(128).optional() })
  .refine((body) => body.name !== undefined || body.email !== undefined, "must change something")
  .openapi("ProfileChange");
const TotpBody = z.strictObject({ secret: z.string(), uri: z.string() }).openapi("SecondFactorSecret");
const CodeBody = z.strictObject({ code: z.string().regex(/^\d{6}$/, "must be six digits") }).openapi("Code");
const BackupCodesBody = z.strictObject({ backupCodes: z.array(z.string()) }).openapi("BackupCodes");
const ExportBody = z
  .strictObject({
    id: Id,
    status: z.enum(["queued", "ready", "expired"]),
    bytes: z.int().nullable(),
    createdAt: Instant,
    readyAt: Instant.nullable(),
    expiresAt: Instant.nullable(),
    downloadUrl: z.string().nullable(),
  })
  .openapi("Export");
const ErasureBody = z.strictObject({ eraseAt: Instant }).openapi("Erasure");

const toBody = (p: Profile): z.infer<typeof ProfileBody> => ({
  id: p.id,
  name: p.name,
  email: p.email,
  isVerified: p.isVerified,
  hasSecondFactor: p.hasSecondFactor,
  backupCodesLeft: p.backupCodesLeft,
  eraseAt: instant(p.eraseAt),
  createdAt: new Date(p.createdAt).toISOString(),
});
const toExport = (e: Export): z.infer<typeof ExportBody> => ({
  id: e.id,
  status: e.status === "ready" || e.status === "expired" ? e.status : "queued",
  bytes: e.bytes,
  createdAt: new Date(e.createdAt).toISOString(),
  readyAt: instant(e.readyAt),
  expiresAt: instant(e.expiresAt),
  downloadUrl: e.status === "ready" ? `/me/exports/${e.id}/download` : null,
});

// ── routes ────────────────────────────────────────────────────────────────
const tags = ["auth"];
const write = { scope: "profile:write", limit: "write" } as const;
const sensitive = { ...write, sensitive: true } as const;

const get = route({
  operationId: "getProfile",
  summary: "Who you are",
  tags,
  method: "get",
  path: "/me",
  access: { scope: "profile:read", limit: "read" },
  responses: { 200: json("The person", ProfileBody) },
});

const update = route({
  operationId: "updateProfile",
  summary: "Change name or address",
  description: "A new address needs `currentPassword`, and counts when the link mailed there was opened. The old one is told.",
  tags,
  method: "patch",
  path: "/me",
  access: write,
  request: { body: jsonBody(ProfileChangeBody) },
  responses: { 200: json("The person", ProfileBody) },
});

const start = route({
  operationId: "startTotp",
  summary: "A secret for an authenticator app",
  description: "In force once a first code was confirmed.",
  tags,
  method: "post",
  path: "/me/totp",
  access: write,
  fails: ["conflict"],
  responses: { 201: json("The secret, and the address that a QR code holds", TotpBody) },
});

const confirm = route({
  operationId: "confirmTotp",
  summary: "Put the second factor in force",
  description: "The ten backup codes are shown once, in this answer.",
  tags,
  method: "post",
  path: "/me/totp/confirm",
  access: write,
  fails: ["conflict"],
  request: { body: jsonBody(CodeBody) },
  responses: { 200: json("Backup codes, each of which works once", BackupCodesBody) },
});

const remove = route({
  operationId: "removeTotp",
  summary: "Take the second factor away",
  tags,
  method: "delete",
  path: "/me/totp",
  access: sensitive,
  responses: { 200: json("The second factor is off", Accepted) },
});

const exportAsked = route({
  operationId: "askExport",
  summary: "Ask for a copy of everything of yours",
  description: "A zip of JSON and CSV, made in the background; a mail says when.",
  tags,
  method: "post",
  path: "/me/export",
  access: sensitive,
  responses: { 202: json("Asked for", ExportBody) },
});

const exportShown = route({
  operationId: "getExport",
  summary: "How an export stands",
  tags,
  method: "get",
  path: "/me/exports/{id}",
  access: { scope: "profile:write", limit: "read" },
  fails: ["not_found"],
  request: { params: IdParam },
  responses: { 200: json("The export", ExportBody) },
});

const exportFetched = route({
  operationId: "downloadExport",
  summary: "Fetch an export",
  tags,
  method: "get",
  path: "/me/exports/{id}/download",
  access: { scope: "profile:write", limit: "report" },
  fails: ["not_found", "conflict", "gone"],
  request: { params: IdParam },
  responses: { 200: { description: "The archive", content: { "application/zip": { schema: z.string().openapi({ format: "binary" }) } } } },
});

const erase = route({
  operationId: "askErasure",
  summary: "Erase everything of yours, in seven days",
  tags,
  method: "delete",
  path: "/me",
  access: sensitive,
  responses: { 202: json("When it goes", ErasureBody) },
});

const keep = route({
  operationId: "cancelErasure",
  summary: "Keep the account after all",
  tags,
  method: "post",
  path: "/me/keep",
  access: write,
  responses: { 200: json("The account stays", Accepted) },
});

export const profile = createRouter()
  .openapi(get, async (c) => c.json(toBody(await getProfile(ctx(c))), 200))
  .openapi(update, async (c) => c.json(toBody(await updateProfile(ctx(c), c.req.valid("json"))), 200))
  .openapi(start, async (c) => c.json(await startTotp(ctx(c)), 201))
  .openapi(confirm, async (c) => c.json(await confirmTotp(ctx(c), c.req.valid("json").code), 200))
  .openapi(remove, async (c) => {
    await removeTotp(ctx(c));
    return c.json({ message: "The second factor is off." }, 200);
  })
  .openapi(exportAsked, async (c) => {
    wording(c, (asked: Export) => ({ status: 202, body: toExport(asked) }));
    return c.json(toExport(await askExport(ctx(c))), 202);
  })
  .openapi(exportShown, async (c) => c.json(toExport(await getExport(ctx(c), c.req.valid("param").id)), 200))
  .openapi(exportFetched, async (c) => {
    const file = await downloadExport(ctx(c), c.req.valid("param").id);
    const headers = {
      "content-type": "application/zip",
      "content-length": String(file.size),
      "content-disposition": 'attachment; filename="finhelm-export.zip"',
    };
    return new Response(file.body, { headers });
  })
  .openapi(erase, async (c) => c.json(await askErasure(ctx(c)), 202))
  .openapi(keep, async (c) => {
    await cancelErasure(ctx(c));
    return c.json({ message: "The account stays." }, 200);
  });
