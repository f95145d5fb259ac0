import { and, eq, isNull, lte, or, sql } from "drizzle-orm";
import { accounts } from "../../../../db/schema/accounts.ts";
import { seal, unseal } from "../../../core/secret.ts";
import { QuickBooksFault } from "../../../integrations/quickbooks/faults.ts";
import { placeOf } from "../account.ts";
import { type Session, type SyncCtx, Wait } from "./session.ts";

/** Longer than a call to Intuit may take, so that a holder that lives is never overtaken. */
const LEASE_MS = 45_000;
/** A token is refreshed this long before it ends. */
const EARLY_MS = 5 * 60_000;
const LOOKS = 12;
const LOOK_MS = 500;

/** The connection is over: the person must connect the company again. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
  readonly reason: "access_revoked" | "forbidden";
  readonly tokenVersion: number;
  constructor(reason: "access_revoked" | "forbidden", tokenVersion: number) {
    super(`connection lost: ${reason}`);
    this.reason = reason;
    this.tokenVersion = tokenVersion;
  }
}

/** The access token in force, refreshed when it is about to end. */
export async function accessToken(ctx: SyncCtx, session: Session): Promise<string> {
  session.token ??= await opened(ctx, session);
  if (session.token.expiresAt - ctx.now().getTime() < EARLY_MS) session.token = await refreshed(ctx, session, session.token.version);
  return session.token.plain;
}

/** A token that QuickBooks refused, though it looked valid: refreshed once in a message, not twice. */
export async function replaceToken(ctx: SyncCtx, session: Session): Promise<void> {
  const version = session.token?.version ?? session.account.tokenVersion;
  if (session.refreshes >= 1) throw new ConnectionLost("access_revoked", version);
  session.refreshes += 1;
  session.token = await refreshed(ctx, session, version);
}

/** The same tokens as they stand in the row that the claim brought. */
async function opened(ctx: SyncCtx, session: Session): Promise<NonNullable<Session["token"]>> {
  const { account } = session;
  if (account.accessToken === null) throw new ConnectionLost("access_revoked", account.tokenVersion);
  const plain = await unseal(ctx.config.SEALING_KEYS, placeOf(account.userId, account.id, "access"), account.accessToken);
  return { plain, version: account.tokenVersion, expiresAt: account.tokenExpiresAt === null ? 0 : Date.parse(account.tokenExpiresAt) };
}

/**
 * New tokens, got by one Worker alone: one statement gives the lease of this version of the tokens to one of them. What
 * Intuit returns is stored before it is used. A Worker that does not get the lease looks until newer tokens are there.
 */
async function refreshed(ctx: SyncCtx, session: Session, version: number): Promise<NonNullable<Session["token"]>> {
  for (let look = 0; look < LOOKS; look++) {
    const current = await load(ctx, session);
    if (current.tokenVersion !== version) {
      session.account = current;
      return opened(ctx, session);
    }
    const leased = await takeLease(ctx, session, version);
    if (leased !== null) return redeem(ctx, session, version, leased);
    await ctx.sleep(LOOK_MS);
  }
  throw new Wait(15, "provider_unavailable");
}

async function load(ctx: SyncCtx, session: Session) {
  const [row] = await ctx.db.select().from(accounts).where(eq(accounts.id, session.account.id));
  if (!row) throw new ConnectionLost("access_revoked", session.account.tokenVersion);
  return row;
}

type Leased = { refreshToken: string; leaseUntil: string };

async function takeLease(ctx: SyncCtx, session: Session, version: number): Promise<Leased | null> {
  const now = ctx.now();
  const leaseUntil = new Date(now.getTime() + LEASE_MS).toISOString();
  const free = or(isNull(accounts.leaseUntil), lte(accounts.leaseUntil, now.toISOString()));
  const [row] = await ctx.db
    .update(accounts)
    .set({ leaseUntil })
    .where(and(eq(accounts.id, session.account.id), eq(accounts.tokenVersion, version), free))
    .returning({ refreshToken: accounts.refreshToken });
  return row?.refreshToken ? { refreshToken: row.refreshToken, leaseUntil } : null;
}

async function redeem(ctx: SyncCtx, session: Session, version: number, lease: Leased): Promise<NonNullable<Session["token"]>> {
  const { id, userId } = session.account;
  const mine = and(eq(accounts.id, id), eq(accounts.tokenVersion, version), eq(accounts.leaseUntil, lease.leaseUntil));
  try {
    const tokens = await ctx.quickbooks.refresh(await unseal(ctx.config.SEALING_KEYS, placeOf(userId, id, "refresh"), lease.refreshToken));
    const set = {
      accessToken: await seal(ctx.config.SEALING_KEYS, placeOf(userId, id, "access"), tokens.accessToken, ctx.random),
      refreshToken: await seal(ctx.config.SEALING_KEYS, placeOf(userId, id, "refresh"), tokens.refreshToken, ctx.random),
      tokenExpiresAt: tokens.accessExpiresAt.toISOString(),
      refreshExpiresAt: tokens.refreshExpiresAt.toISOString(),
      tokenVersion: sql`${accounts.tokenVersion} + 1`,
      leaseUntil: null,
      updatedAt: ctx.now().toISOString(),
    };
    const [kept] = await ctx.db.update(accounts).set(set).where(mine).returning();
    if (!kept) throw new Wait(5, "provider_unavailable");
    session.account = kept;
    return { plain: tokens.accessToken, version: kept.tokenVersion, expiresAt: tokens.accessExpiresAt.getTime() };
  } catch (error) {
    if (!(error instanceof QuickBooksFault)) throw error;
    await ctx.db.update(accounts).set({ leaseUntil: null }).where(mine);
    if (error.kind !== "invalid_grant") throw error;
    return afterRejection(ctx, session, version);
  }
}

/** The token was refused: somebody may have stored a newer one in the meantime. The store is read again once, no more. */
async function afterRejection(ctx: SyncCtx, session: Session, version: number): Promise<NonNullable<Session["token"]>> {
  const current = await load(ctx, session);
  if (current.tokenVersion === version) throw new ConnectionLost("access_revoked", version);
  session.account = current;
  return opened(ctx, session);
}
