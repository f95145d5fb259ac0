import { createHmac, randomBytes } from "node:crypto";

/**
 * Stands in for xAI's encrypted reasoning. It must be opaque to the client and must come back unchanged, so the only
 * thing kept is proof that this twin wrote it. The key is fixed: a restart does not break a conversation.
 */
const SECRET = "grok-twin-reasoning";

export function seal(): string {
  const body = randomBytes(96).toString("base64url");
  return `${body}.${tagOf(body)}`;
}

export function isOurSeal(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const [body = "", tag] = value.split(".");
  return tag === tagOf(body);
}

function tagOf(body: string): string {
  return createHmac("sha256", SECRET).update(body).digest("base64url");
}
