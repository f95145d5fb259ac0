import { linkAttempts } from "../../../db/schema/accounts.ts";
import { formatCredential, newCredential, sha256 } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { allowedReturnUrl } from "./return-url.ts";

/** How long a person has to consent and come back. */
export const LINK_SECONDS = 600;

export type LinkStarted = { authorizeUrl: string; expiresAt: string };

/**
 * Starts an OAuth round trip: a state that works once, for ten minutes, and names the user who asked. Nothing is
 * exchanged before that same user completes it.
 */
export async function linkAccount(
  ctx: Ctx<"db" | "quickbooks">,
  input: { returnUrl?: string | undefined; syncFrom?: string | undefined },
): Promise<LinkStarted> {
  const returnUrl = allowedReturnUrl(ctx.config, input.returnUrl);
  const credential = newCredential("st", ctx.actor.userId, ctx.random);
  const state = formatCredential(credential);
  const now = ctx.now();
  const expiresAt = new Date(now.getTime() + LINK_SECONDS * 1000).toISOString();
  const row = {
    id: credential.id,
    userId: ctx.actor.userId,
    service: "quickbooks",
    stateHash: await sha256(state),
    returnUrl,
    syncFrom: input.syncFrom ?? null,
  };
  await ctx.db.batch([
    ctx.db.insert(linkAttempts).values({ ...row, createdAt: now.toISOString(), expiresAt }),
    auditRow(ctx, ctx.db, { userId: ctx.actor.userId, action: "account.link_started", subject: "quickbooks", actor: ctx.actor.kind }),
  ]);
  return { authorizeUrl: ctx.quickbooks.authorizeUrl({ state, redirectUri: redirectUri(ctx.config.API_URL) }), expiresAt };
}

/** The one address that Intuit may send the person back to. */
export function redirectUri(apiUrl: string): string {
  return `${apiUrl.replace(/\/$/, "")}/accounts/callback/quickbooks`;
}
