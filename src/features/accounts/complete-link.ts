import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { accounts, linkAttempts, syncRuns } from "../../../db/schema/accounts.ts";
import { Problem } from "../../core/errors.ts";
import { OUTAGES } from "../../core/outages.ts";
import { hmacText, parseCredential, seal, sha256, subkey, unseal } from "../../core/secret.ts";
import { QuickBooksFault } from "../../integrations/quickbooks/faults.ts";
import type { Tokens } from "../../integrations/quickbooks/oauth.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";
import { type Account, placeOf } from "./account.ts";
import { getAccount } from "./get-account.ts";
import { redirectUri } from "./link-account.ts";
import { type ParkedGrant, parkedPlace } from "./park-link.ts";
import { SYNC_EVERY_MS } from "./plan-syncs.ts";
import { wakeSync } from "./start-sync.ts";

/**
 * Finishes a link by the user who started it: exchanges the parked code once, seals the tokens, and starts the first sync.
 * The same company again keeps its account, with id and history. A code of somebody else is refused and not burnt.
 */
export async function completeLink(ctx: Ctx<"db" | "quickbooks" | "queue">, linkCode: string): Promise<Account> {
  const credential = parseCredential(linkCode);
  if (credential?.kind !== "lc" || credential.userId !== ctx.actor.userId) throw refused();
  const { grant, syncFrom } = await redeem(ctx, credential.id, await sha256(linkCode));
  const account = await reserve(ctx, grant.realmId, syncFrom);
  const tokens = await exchange(ctx, grant.code).catch(async (error: unknown) => {
    // a row that never had tokens was made by this call alone
    await ctx.db.delete(accounts).where(and(eq(accounts.id, account.id), eq(accounts.status, "linking"), isNull(accounts.accessToken)));
    throw error;
  });
  const runId = await connect(ctx, account.id, grant.realmId, tokens);
  await wakeSync(ctx, ctx.actor.userId, runId);
  return getAccount(ctx, account.id);
}

async function redeem(ctx: Ctx<"db">, attemptId: string, hash: string): Promise<{ grant: ParkedGrant; syncFrom: string | null }> {
  const now = ctx.now().toISOString();
  const [taken] = await ctx.db
    .update(linkAttempts)
    .set({ completedAt: now })
    .where(and(eq(linkAttempts.id, attemptId), eq(linkAttempts.linkCodeHash, hash), isNull(linkAttempts.completedAt), gt(linkAttempts.expiresAt, now)))
    .returning({ parked: linkAttempts.parked, syncFrom: linkAttempts.syncFrom });
  if (!taken?.parked) throw refused();
  const plain = await unseal(ctx.config.SEALING_KEYS, parkedPlace(ctx.actor.userId, attemptId), taken.parked);
  return { grant: JSON.parse(plain) as ParkedGrant, syncFrom: taken.syncFrom };
}

/** The account's row, new or known, before its tokens exist: they are sealed to its id. */
async function reserve(ctx: Ctx<"db">, realmId: string, syncFrom: string | null): Promise<{ id: string }> {
  const now = ctx.now().toISOString();
  const values = {
    id: ctx.id(),
    userId: ctx.actor.userId,
    serviceName: "quickbooks",
    displayName: "QuickBooks company",
    externalAccountMac: await companyMac(ctx, realmId),
    status: "linking",
    syncFrom,
    createdAt: now,
    updatedAt: now,
  };
  const [row] = await ctx.db
    .insert(accounts)
    .values(values)
    .onConflictDoUpdate({ target: [accounts.userId, accounts.serviceName, accounts.externalAccountMac], set: { updatedAt: now } })
    .returning({ id: accounts.id, status: accounts.status });
  if (!row) throw new Error("insert returned no row");
  if (row.status === "erasing") throw new Problem("conflict", { detail: "The data of this company is being erased. Connect it again when that is done." });
  return row;
}

async function exchange(ctx: Ctx<"quickbooks">, code: string): Promise<Tokens> {
  try {
    return await ctx.quickbooks.exchangeCode({ code, redirectUri: redirectUri(ctx.config.API_URL) });
  } catch (cause) {
    if (!(cause instanceof QuickBooksFault)) throw cause;
    if (cause.kind === "unavailable" || cause.kind === "throttled")
      throw new Problem("unavailable", {
        detail: "QuickBooks did not answer. Connect again.",
        retryAfterSeconds: cause.retryAfterSeconds ?? OUTAGES.quickbooks.retryAfterSeconds,
        cause,
      });
    throw new Problem("upstream_refused", { detail: "QuickBooks did not accept the consent. Connect again.", cause });
  }
}

async function connect(ctx: Ctx<"db">, accountId: string, realmId: string, tokens: Tokens): Promise<string> {
  const { userId, kind } = ctx.actor;
  const now = ctx.now().toISOString();
  const sealed = (field: "realm" | "access" | "refresh", plain: string) => seal(ctx.config.SEALING_KEYS, placeOf(userId, accountId, field), plain, ctx.random);
  const set = {
    externalAccountId: await sealed("realm", realmId),
    accessToken: await sealed("access", tokens.accessToken),
    refreshToken: await sealed("refresh", tokens.refreshToken),
    tokenExpiresAt: tokens.accessExpiresAt.toISOString(),
    refreshExpiresAt: tokens.refreshExpiresAt.toISOString(),
    tokenVersion: sql`${accounts.tokenVersion} + 1`,
    leaseUntil: null,
    status: "connected",
    statusReason: null,
    nextSyncAt: new Date(ctx.now().getTime() + SYNC_EVERY_MS).toISOString(),
    updatedAt: now,
  };
  const runId = ctx.id();
  await ctx.db.batch([
    ctx.db.update(accounts).set(set).where(eq(accounts.id, accountId)),
    ctx.db.insert(syncRuns).values({ id: runId, userId, accountId, trigger: "connected", phase: "queued", createdAt: now }).onConflictDoNothing(),
    auditRow(ctx, ctx.db, { userId, action: "account.linked", subject: accountId, actor: kind }),
  ]);
  return runId;
}

/** What a company is found by: its realm id is not stored in the clear. */
export async function companyMac(ctx: { config: Ctx["config"] }, realmId: string): Promise<string> {
  return hmacText(await subkey(ctx.config.LINK_SIGNING_KEY, "company"), `quickbooks|${realmId}`);
}

function refused(): Problem {
  return new Problem("invalid_token", { detail: "The link code is not valid, was used, or has expired. Connect again." });
}
