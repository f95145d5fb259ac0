import type { MiddlewareHandler } from "hono";
import { Problem } from "../../core/errors.ts";
import { readCredential } from "../../features/auth/read-credential.ts";
import { type App, openCtx } from "../context.ts";

/** Reads the one credential of the request. What it says is proved here (JWT) or in `admit` (API key, revocation). */
export const authenticate: MiddlewareHandler<App> = async (c, next) => {
  const header = c.req.header("authorization") ?? "";
  const match = /^Bearer ([^\s,]+)$/i.exec(header);
  if (!match) throw new Problem("unauthenticated", { detail: "Send one credential as `Authorization: Bearer …`." });
  c.set("credential", await readCredential(openCtx(c), match[1] ?? ""));
  await next();
};
