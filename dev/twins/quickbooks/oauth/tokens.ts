import type { Chain, Chains, Code } from "./chains.ts";

/** The token endpoint's refusals, word for word. */
export class GrantRefused extends Error {
  readonly body: { error: string; error_description?: string };
  readonly status: 400 | 401;

  constructor(error: string, description?: string) {
    super(error);
    this.body = description === undefined ? { error } : { error, error_description: description };
    this.status = error === "invalid_client" ? 401 : 400;
  }
}

export type TokenReply = {
  token_type: "bearer";
  access_token: string;
  expires_in: number;
  refresh_token: string;
  x_refresh_token_expires_in: number;
  x_refresh_token_hard_expires_in?: number;
};

const INVALID_CODE = "Invalid authorization code";
const INVALID_REFRESH = "Incorrect or invalid refresh token";

/** A code works once. A second try fails, and takes the tokens of the first with it, as Intuit may. */
export function exchangeCode(chains: Chains, now: number, value: string, redirectUri: string | undefined): Chain {
  const code = chains.findCode(value);
  if (!code) throw new GrantRefused("invalid_grant", INVALID_CODE);
  if (code.usedBy !== null) {
    const first = chains.findChain(code.usedBy);
    if (first && chains.settings(code.realm).concurrentRefreshRevokes) chains.revoke(first);
    throw new GrantRefused("invalid_grant", INVALID_CODE);
  }
  refuseStale(chains, code, now, redirectUri);
  return chains.useCode(code);
}

function refuseStale(chains: Chains, code: Code, now: number, redirectUri: string | undefined): void {
  const late = now > code.at + chains.settings(code.realm).codeSeconds * 1000;
  if (late || code.redirectUri !== redirectUri) throw new GrantRefused("invalid_grant", INVALID_CODE);
}

/** How many refreshes of a chain are being answered right now. */
const busy = new WeakMap<Chain, number>();

export function beginRefresh(chain: Chain): () => void {
  busy.set(chain, (busy.get(chain) ?? 0) + 1);
  return () => busy.set(chain, (busy.get(chain) ?? 1) - 1);
}

/** Finds the chain a refresh token may renew, or refuses. `chain` is whose it is, when it is anyone's. */
export function admitRefresh(chains: Chains, now: number, value: string): Chain {
  const chain = chains.byRefresh(value);
  if (!chain || chain.revoked) throw new GrantRefused("invalid_grant");
  const settings = chains.settings(chain.realm);
  const old = chain.old.find((one) => one.value === value);
  if (old && now > old.until) return refuseReuse(chains, chain, settings.concurrentRefreshRevokes);
  if (old && settings.graceMs === 0) return refuseReuse(chains, chain, settings.concurrentRefreshRevokes);
  if (now > chain.lastRefresh + settings.refreshSeconds * 1000) throw new GrantRefused("invalid_grant", INVALID_REFRESH);
  if (now > chain.started + settings.hardSeconds * 1000) throw new GrantRefused("invalid_grant", INVALID_REFRESH);
  const atOnce = (busy.get(chain) ?? 0) > 1 || (chain.refreshes > 0 && now - chain.lastRefresh < settings.concurrentWindowMs);
  if (settings.concurrentRefreshRevokes && atOnce) return refuseReuse(chains, chain, true);
  return chain;
}

function refuseReuse(chains: Chains, chain: Chain, revokes: boolean): never {
  chain.reused += 1;
  if (revokes) chains.revoke(chain);
  chains.touch();
  throw new GrantRefused("invalid_grant", INVALID_REFRESH);
}

/** New access, and a new refresh value when the old one is a day old or `force` says so. */
export function renew(chains: Chains, now: number, chain: Chain, force: boolean): void {
  if (force || now - chain.refreshSince >= chains.settings(chain.realm).rotateEveryMs) chains.rotate(chain);
  chain.lastRefresh = now;
  chain.refreshes += 1;
  chains.touch();
}

export function tokenReply(chains: Chains, now: number, chain: Chain, withHardExpiry: boolean): TokenReply {
  const { accessSeconds, refreshSeconds, hardSeconds } = chains.settings(chain.realm);
  const hard = Math.max(0, Math.floor((chain.started + hardSeconds * 1000 - now) / 1000));
  return {
    token_type: "bearer",
    access_token: chains.issueAccess(chain),
    expires_in: accessSeconds,
    refresh_token: chain.refresh,
    x_refresh_token_expires_in: Math.min(refreshSeconds, hard),
    ...(withHardExpiry ? { x_refresh_token_hard_expires_in: hard } : {}),
  };
}
