import { z } from "@hono/zod-openapi";
import { getProfile, type Profile } from "../../features/auth/get-profile.ts";
import { ctx } from "../context.ts";
import { route } from "../route.ts";
import { createRouter } from "../router.ts";
import { Id, Instant, json } from "../wire.ts";

// ── contract ──────────────────────────────────────────────────────────────
const ProfileBody = z.strictObject({ id: Id, name: z.string(), email: z.string(), isVerified: z.boolean(), createdAt: Instant }).openapi("Profile");

const toBody = (p: Profile): z.infer<typeof ProfileBody> => ({
  id: p.id,
  name: p.name,
  email: p.email,
  isVerified: p.isVerified,
  createdAt: new Date(p.createdAt).toISOString(),
});

// ── routes ────────────────────────────────────────────────────────────────
const get = route({
  operationId: "getProfile",
  summary: "Who you are",
  tags: ["auth"],
  method: "get",
  path: "/me",
  access: { scope: "profile:read", limit: "read" },
  responses: { 200: json("The person", ProfileBody) },
});

export const profile = createRouter().openapi(get, async (c) => c.json(toBody(await getProfile(ctx(c))), 200));
