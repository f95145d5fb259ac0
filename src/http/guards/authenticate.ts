import type { MiddlewareHandler } from "hono";
import { Problem } from "../../core/errors.ts";
import { readCredential } from "../../features/auth/read-credential.ts";
import { type App, openCtx } from "../context.ts";

const IN_URL = ["api_key", "apikey", "access_token", "key"];

/**
 * Reads the one credential of the request. What it says is proved here (JWT) or in `admit` (API key, revocation). Two
 * credentials are refused, and so is one in the URL: URLs are written into logs on the way.
 */
export const authenticate: MiddlewareHandler<App> = async (c, next) => {
  const match = /^Bearer ([^\s,]+)$/i.exec(c.req.header("authorization") ?? "");
  const isAmbiguous = c.req.header("x-api-key") !== undefined || IN_URL.some((name) => c.req.query(name) !== undefined);
  if (!match || isAmbiguous) throw new Problem("unauthenticated", { detail: "Send one credential as `Authorization: Bearer …`, and nothing in the URL." });
  c.set("credential", await readCredential(openCtx(c), match[1] ?? ""));
  await next();
};
