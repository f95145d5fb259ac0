import { Problem } from "../../core/errors.ts";
import { type Credential, parseCredential } from "../../core/secret.ts";
import type { OpenCtx } from "../../runtime.ts";
import { verifyAccessToken } from "./access-tokens.ts";

/** A credential as it was sent: a proved session, or an API key that is still to be looked up. */
export type CallerCredential =
  | { kind: "session"; userId: string; sessionId: string; issuedAt: number }
  | { kind: "key"; userId: string; key: Credential; token: string };

/** Reads a bearer token. An API key with a wrong checksum, or a token of another use, is refused without any call. */
export async function readCredential(ctx: OpenCtx, token: string): Promise<CallerCredential> {
  if (!token.startsWith("fh_")) return { kind: "session", ...(await verifyAccessToken(ctx, token)) };
  const key = parseCredential(token);
  if (!key || (key.kind !== "live" && key.kind !== "test")) throw new Problem("unauthenticated", { detail: "The API key is not valid." });
  const isLive = ctx.config.ENVIRONMENT === "production";
  if ((key.kind === "live") !== isLive) throw new Problem("unauthenticated", { detail: `This service takes ${isLive ? "live" : "test"} keys.` });
  return { kind: "key", userId: key.userId, key, token };
}
