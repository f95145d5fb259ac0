import { eq } from "drizzle-orm";
import { accounts } from "../../../db/schema/accounts.ts";
import { Problem } from "../../core/errors.ts";
import { OUTAGES } from "../../core/outages.ts";
import { hmacText, seal, subkey } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { type Account, placeOf } from "./account.ts";
import { getAccount } from "./get-account.ts";

/**
 * Keeps the user's own xAI key, sealed, after xAI itself accepted it. One per user: another key takes the place of the
 * first. The key is never shown again.
 */
export async function linkGrok(ctx: Ctx<"db" | "fetch" | "cache">, apiKey: string): Promise<Account> {
  await check(ctx, apiKey);
  const { userId, kind } = ctx.actor;
  const now = ctx.now().toISOString();
  const place = { userId, serviceName: "grok", externalAccountMac: await hmacText(await subkey(ctx.config.LINK_SIGNING_KEY, "company"), `grok|${userId}`) };
  const reserved = await ctx.db
    .insert(accounts)
    .values({ ...place, id: ctx.id(), displayName: "Grok", status: "linking", createdAt: now, updatedAt: now })
    .onConflictDoUpdate({ target: [accounts.userId, accounts.serviceName, accounts.externalAccountMac], set: { updatedAt: now } })
    .returning({ id: accounts.id });
  const id = reserved[0]?.id;
  if (id === undefined) throw new Error("insert returned no row");
  const accessToken = await seal(ctx.config.SEALING_KEYS, placeOf(userId, id, "key"), apiKey, ctx.random);
  await ctx.db.batch([
    ctx.db.update(accounts).set({ accessToken, status: "connected", statusReason: null, updatedAt: now }).where(eq(accounts.id, id)),
    auditRow(ctx, ctx.db, { userId, action: "account.linked", subject: id, actor: kind }),
  ]);
  return getAccount(ctx, id);
}

/** Long enough for whoever links the same key again and again; a key that xAI ends meanwhile is refused when it is used. */
const ACCEPTED_SECONDS = 300;

/** `GET /v1/me` answers for a key in force and for no other. A yes is kept for a while under a MAC of the key; a no never is. */
async function check(ctx: Ctx<"fetch" | "cache">, apiKey: string): Promise<void> {
  const { userId } = ctx.actor;
  const name = `xai-key:${await hmacText(await subkey(ctx.config.LINK_SIGNING_KEY, "xai-key"), apiKey)}`;
  if ((await ctx.cache.get(userId, name)) !== null) return;
  await ask(ctx, apiKey);
  await ctx.cache.set(userId, name, "accepted", ACCEPTED_SECONDS);
}

async function ask(ctx: Ctx<"fetch">, apiKey: string): Promise<void> {
  const url = `${ctx.config.XAI_BASE_URL.replace(/\/$/, "")}/me`;
  const reply = await ctx
    .fetch(url, { headers: { authorization: `Bearer ${apiKey}` }, redirect: "manual", signal: AbortSignal.timeout(OUTAGES.grok.waitMs.check) })
    .catch((cause: unknown) => {
      throw new Problem("unavailable", { detail: "xAI did not answer.", retryAfterSeconds: OUTAGES.grok.retryAfterSeconds, cause });
    });
  await reply.body?.cancel();
  if (reply.ok) return;
  if (reply.status === 429 || reply.status >= 500)
    throw new Problem("unavailable", { detail: "xAI did not answer.", retryAfterSeconds: OUTAGES.grok.retryAfterSeconds });
  throw new Problem("invalid_request", { detail: "xAI did not accept the key.", errors: [{ pointer: "/apiKey", detail: "is not accepted by xAI" }] });
}
