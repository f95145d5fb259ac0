import { createHash } from "node:crypto";
import { Refusal } from "./errors.ts";
import type { JsonObject } from "./json.ts";

/**
 * Any key `xai-twin-*` is valid, so that each test can have its own. These names put one in a state:
 * `xai-twin-zdr`, `xai-twin-zdr-anything` and so on.
 */
const STATES = ["zdr", "pii", "team-blocked", "key-blocked", "key-disabled", "no-acl", "no-credits"] as const;
export type KeyState = (typeof STATES)[number] | "normal";

export type Credential = { readonly key: string; readonly state: KeyState };

export function createCredentials(platformKey: string) {
  /** Throws what the live API answers: 401 without a readable token, and 400, not 401, for a wrong key. */
  function authenticate(authorization: string | undefined): Credential {
    const key = /^Bearer (\S+)$/i.exec(authorization ?? "")?.[1];
    if (key === undefined) throw new Refusal(401, "No valid authorization header was provided. Send `Authorization: Bearer <key>`.");
    if (key !== platformKey && !key.startsWith("xai-twin-")) {
      throw new Refusal(400, `Incorrect API key provided: ${redact(key)}. You can obtain an API key from https://console.x.ai.`);
    }
    const state = STATES.find((each) => key === `xai-twin-${each}` || key.startsWith(`xai-twin-${each}-`)) ?? "normal";
    return { key, state };
  }

  return { authenticate };
}

/** What stops a valid key from asking anything. `/v1/me` still answers it: that is how one finds out. */
export function mayInfer({ state }: Credential): void {
  switch (state) {
    case "team-blocked":
      throw new Refusal(403, "Your team has been blocked. Contact support if you think this is a mistake.");
    case "key-blocked":
    case "key-disabled":
      throw new Refusal(403, "Your API key is blocked or disabled.");
    case "no-acl":
      throw new Refusal(403, "Your API key lacks the permission for this endpoint or model.");
    case "no-credits":
      throw new Refusal(429, "You ran out of credits. [WKE=personal-team-blocked:spending-limit]", { code: 429 });
    case "zdr":
    case "pii":
    case "normal":
  }
}

export function retainsNothing(credential: Credential): boolean {
  return credential.state === "zdr";
}

export function apiKeyCard(credential: Credential): JsonObject {
  const { key, state } = credential;
  return {
    redacted_api_key: redact(key),
    user_id: uuidFrom(`user:${key}`),
    name: "twin",
    create_time: "2026-01-05T09:00:00.000000Z",
    modify_time: "2026-01-05T09:00:00.000000Z",
    modified_by: uuidFrom(`user:${key}`),
    team_id: uuidFrom(`team:${key}`),
    acls: state === "no-acl" ? [] : ["api-key:model:*", "api-key:endpoint:*"],
    api_key_id: uuidFrom(`key:${key}`),
    team_blocked: state === "team-blocked",
    api_key_blocked: state === "key-blocked",
    api_key_disabled: state === "key-disabled",
  };
}

export function meCard(credential: Credential): JsonObject {
  const card = apiKeyCard(credential);
  const zdr = credential.state === "zdr" ? "zdr" : credential.state === "pii" ? "pii_scrubbing" : "no_zdr";
  return {
    user_id: card["user_id"] ?? null,
    team_id: card["team_id"] ?? null,
    zdr_status: zdr,
    team_blocked: credential.state === "team-blocked",
    api_key: card,
  };
}

export function redact(key: string): string {
  return `${key.slice(0, 2)}***${key.slice(-2)}`;
}

/** The same text always gives the same UUID: identities are stable over a restart, and no two keys share one. */
function uuidFrom(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
