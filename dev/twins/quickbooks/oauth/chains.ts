import { createHash } from "node:crypto";
import { z } from "zod";

const DAY = 86_400_000;

export const OAuthSettings = z.object({
  /** A refresh after this time returns a new value; before, the same. 0: every refresh rotates. */
  rotateEveryMs: z.number(),
  accessSeconds: z.number(),
  refreshSeconds: z.number(),
  hardSeconds: z.number(),
  codeSeconds: z.number(),
  /** How long a superseded value still works. Intuit documents none. */
  graceMs: z.number(),
  /** Two refreshes at once end the chain, as Intuit warns. At once: overlapping, or within the window. */
  concurrentRefreshRevokes: z.boolean(),
  concurrentWindowMs: z.number(),
  /** What a revoke ends: the chain of that token, or every chain of the company. */
  revokeScope: z.enum(["chain", "company"]),
});
export type OAuthSettings = z.infer<typeof OAuthSettings>;

export const OAuthPatch = OAuthSettings.partial();
export type OAuthPatch = z.infer<typeof OAuthPatch>;

const DEFAULTS: OAuthSettings = {
  rotateEveryMs: DAY,
  accessSeconds: 3600,
  refreshSeconds: 8_726_400,
  hardSeconds: 157_680_000,
  codeSeconds: 300,
  graceMs: 0,
  concurrentRefreshRevokes: false,
  concurrentWindowMs: 0,
  revokeScope: "chain",
};

const Code = z.object({ value: z.string(), realm: z.string(), redirectUri: z.string(), scope: z.string(), at: z.number(), usedBy: z.string().nullable() });
const Chain = z.object({
  id: z.string(),
  realm: z.string(),
  scope: z.string(),
  started: z.number(),
  refresh: z.string(),
  refreshSince: z.number(),
  lastRefresh: z.number(),
  old: z.array(z.object({ value: z.string(), until: z.number() })),
  access: z.array(z.object({ value: z.string(), until: z.number() })),
  revoked: z.boolean(),
  refreshes: z.number(),
  reused: z.number(),
});
export type Code = z.infer<typeof Code>;
export type Chain = z.infer<typeof Chain>;

export const SavedOAuth = z.object({ counter: z.number(), codes: z.array(Code), chains: z.array(Chain), settings: z.record(z.string(), OAuthPatch) });
export type SavedOAuth = z.infer<typeof SavedOAuth>;

/** Codes and token chains. Values follow from a secret and a counter, so that a run repeats itself. */
export class Chains {
  readonly #secret: string;
  readonly #now: () => number;
  readonly #changed: () => void;
  #counter = 0;
  #codes: Code[] = [];
  #chains: Chain[] = [];
  #settings = new Map<string, OAuthPatch>();

  constructor(secret: string, now: () => number, changed: () => void) {
    this.#secret = secret;
    this.#now = now;
    this.#changed = changed;
  }

  /** The settings of a realm: its own over those of all. */
  settings(realm: string): OAuthSettings {
    return { ...DEFAULTS, ...set(this.#settings.get("*")), ...set(this.#settings.get(realm)) };
  }

  configure(realm: string, settings: OAuthPatch): void {
    this.#settings.set(realm, { ...this.#settings.get(realm), ...settings });
    this.#changed();
  }

  issueCode(realm: string, redirectUri: string, scope: string): string {
    const value = this.#value(`XAB11${this.#now()}`, 40);
    this.#codes.push({ value, realm, redirectUri, scope, at: this.#now(), usedBy: null });
    this.#changed();
    return value;
  }

  findCode(value: string): Code | undefined {
    return this.#codes.find((code) => code.value === value);
  }

  useCode(code: Code): Chain {
    const now = this.#now();
    const chain: Chain = {
      id: String(this.#chains.length + 1),
      realm: code.realm,
      scope: code.scope,
      started: now,
      refresh: "",
      refreshSince: now,
      lastRefresh: now,
      old: [],
      access: [],
      revoked: false,
      refreshes: 0,
      reused: 0,
    };
    chain.refresh = this.#value(`AB11${now}`, 40);
    this.#chains.push(chain);
    code.usedBy = chain.id;
    this.#changed();
    return chain;
  }

  findChain(id: string | null): Chain | undefined {
    return this.#chains.find((chain) => chain.id === id);
  }

  /** By its refresh token, today's or an earlier one. */
  byRefresh(value: string): Chain | undefined {
    return this.#chains.find((chain) => chain.refresh === value || chain.old.some((one) => one.value === value));
  }

  byAccess(value: string): { chain: Chain; until: number } | undefined {
    for (const chain of this.#chains) {
      const found = chain.access.find((one) => one.value === value);
      if (found) return { chain, until: found.until };
    }
    return undefined;
  }

  rotate(chain: Chain): void {
    const now = this.#now();
    chain.old.push({ value: chain.refresh, until: now + this.settings(chain.realm).graceMs });
    chain.refresh = this.#value(`AB11${now}`, 40);
    chain.refreshSince = now;
    this.#changed();
  }

  issueAccess(chain: Chain): string {
    const now = this.#now();
    const value = this.#value("eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0..", 640);
    chain.access = chain.access.filter(({ until }) => until > now);
    chain.access.push({ value, until: now + this.settings(chain.realm).accessSeconds * 1000 });
    this.#changed();
    return value;
  }

  revoke(chain: Chain): void {
    chain.revoked = true;
    this.#changed();
  }

  revokeRealm(realm: string): void {
    for (const chain of this.#chains) if (chain.realm === realm) this.revoke(chain);
  }

  /** Ends access tokens early, as if their hour were over. */
  expireAccess(realm: string): void {
    for (const chain of this.#chains) if (chain.realm === realm) for (const one of chain.access) one.until = 0;
    this.#changed();
  }

  connected(realm: string): boolean {
    return this.#chains.some((chain) => chain.realm === realm && !chain.revoked);
  }

  /** Without the tokens themselves. */
  list(realm?: string) {
    return this.#chains
      .filter((chain) => realm === undefined || chain.realm === realm)
      .map(({ id, realm: of, started, refreshSince, lastRefresh, revoked, refreshes, reused, old }) => ({
        id,
        realm: of,
        started,
        refreshSince,
        lastRefresh,
        revoked,
        refreshes,
        reused,
        rotations: old.length,
      }));
  }

  touch(): void {
    this.#changed();
  }

  save(): SavedOAuth {
    return { counter: this.#counter, codes: this.#codes, chains: this.#chains, settings: Object.fromEntries(this.#settings) };
  }

  load(saved: SavedOAuth): void {
    this.#counter = saved.counter;
    this.#codes = saved.codes;
    this.#chains = saved.chains;
    this.#settings = new Map(Object.entries(saved.settings));
  }

  #value(prefix: string, length: number): string {
    this.#counter += 1;
    let text = "";
    for (let part = 0; text.length < length; part++)
      text += createHash("sha256").update(`${this.#secret}:${this.#counter}:${part}`).digest("base64url").replace(/[-_]/g, "x");
    return prefix + text.slice(0, length);
  }
}

/** Only what was set. */
function set(patch: OAuthPatch | undefined): Partial<OAuthSettings> {
  return Object.fromEntries(Object.entries(patch ?? {}).filter(([, value]) => value !== undefined));
}
