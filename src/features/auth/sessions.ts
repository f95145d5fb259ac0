import type { Db } from "../../../db/client.ts";
import { refreshTokens, sessions } from "../../../db/schema/auth.ts";
import { formatCredential, newCredential, sha256 } from "../../core/secret.ts";
import type { Device, OpenCtx } from "../../runtime.ts";
import { ACCESS_TOKEN_SECONDS, signAccessToken } from "./access-tokens.ts";

export const SESSION_DAYS = 30;
export const IDLE_DAYS = 7;

export type Tokens = { accessToken: string; tokenType: "Bearer"; expiresIn: number; refreshToken: string };

/** A new session and its first tokens: the inserts, to go into one batch with what else happens, and what to answer. */
export async function newSession(ctx: OpenCtx, db: Db, userId: string, device: Device) {
  const id = ctx.id();
  const refreshToken = formatCredential(newCredential("rt", userId, ctx.random));
  const now = ctx.now();
  const at = now.toISOString();
  const expiresAt = new Date(now.getTime() + SESSION_DAYS * 86_400_000).toISOString();
  const rows = [
    db.insert(sessions).values({ id, userId, userAgent: device.userAgent, ip: device.ip, place: device.place, createdAt: at, lastUsedAt: at, expiresAt }),
    db.insert(refreshTokens).values({ hash: await sha256(refreshToken), userId, sessionId: id, createdAt: at }),
  ] as const;
  const tokens: Tokens = {
    accessToken: await signAccessToken(ctx, { userId, sessionId: id }),
    tokenType: "Bearer",
    expiresIn: ACCESS_TOKEN_SECONDS,
    refreshToken,
  };
  return { id, rows, tokens };
}
