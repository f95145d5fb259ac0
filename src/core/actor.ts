/** What a credential may do. A person's session has all of them; an API key has what it was given. */
export const SCOPES = [
  "profile:read",
  "profile:write",
  "sessions:manage",
  "accounts:read",
  "accounts:write",
  "transactions:read",
  "transactions:write",
  "reports:read",
  "reports:write",
  "insights:read",
  "insights:ask",
  "api-keys:manage",
  "audit:read",
] as const;
export type Scope = (typeof SCOPES)[number];

/** What a key can be given: a key never makes keys and never changes the account of its person. */
export const KEY_SCOPES = [
  "profile:read",
  "accounts:read",
  "accounts:write",
  "transactions:read",
  "transactions:write",
  "reports:read",
  "reports:write",
  "insights:read",
  "insights:ask",
  "audit:read",
] as const satisfies readonly Scope[];
export type KeyScope = (typeof KEY_SCOPES)[number];

/** On whose behalf something happens. `userId` decides which rows exist: it always comes from a credential, never from input. */
export type Actor =
  | { readonly kind: "person"; readonly userId: string; readonly sessionId: string; readonly scopes: readonly Scope[] }
  | { readonly kind: "key"; readonly userId: string; readonly keyId: string; readonly scopes: readonly Scope[] }
  | { readonly kind: "system"; readonly userId: string; readonly scopes: readonly Scope[] };

/** The service itself, at work for one user: queue and cron. */
export function systemActor(userId: string): Actor {
  return { kind: "system", userId, scopes: SCOPES };
}
