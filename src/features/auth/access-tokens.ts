import { importJWK, jwtVerify, SignJWT } from "jose";
import { Problem } from "../../core/errors.ts";
import type { Config } from "../../env.ts";
import type { OpenCtx } from "../../runtime.ts";

export const ACCESS_TOKEN_SECONDS = 15 * 60;
const AUDIENCE = "finhelm";

/** An access token: ES256, `typ: at+jwt`, 15 minutes. `iat` is in milliseconds' fraction so that a cut-off is exact. */
export async function signAccessToken(ctx: OpenCtx, claims: { userId: string; sessionId: string }): Promise<string> {
  const jwk = ctx.config.JWT_KEYS[0];
  if (!jwk) throw new Error("no signing key");
  const now = ctx.now().getTime() / 1000;
  return new SignJWT({ sid: claims.sessionId })
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: jwk.kid })
    .setIssuer(ctx.config.API_URL)
    .setAudience(AUDIENCE)
    .setSubject(claims.userId)
    .setJti(ctx.id())
    .setIssuedAt(now)
    .setExpirationTime(Math.floor(now) + ACCESS_TOKEN_SECONDS)
    .sign(await importJWK(jwk, "ES256"));
}

/** The claims of a token that we signed for this API and that is in force, else `unauthenticated`. No call leaves. */
export async function verifyAccessToken(ctx: OpenCtx, token: string): Promise<{ userId: string; sessionId: string; issuedAt: number }> {
  try {
    const { payload } = await jwtVerify(
      token,
      async (header) => {
        const jwk = ctx.config.JWT_KEYS.find((key) => key.kid === header.kid);
        if (!jwk) throw new Error("unknown kid");
        return importJWK(publicPart(jwk), "ES256");
      },
      {
        issuer: ctx.config.API_URL,
        audience: AUDIENCE,
        algorithms: ["ES256"],
        typ: "at+jwt",
        requiredClaims: ["exp", "iat", "sub", "jti", "sid"],
        clockTolerance: 5,
        maxTokenAge: `${ACCESS_TOKEN_SECONDS}s`,
        currentDate: ctx.now(),
      },
    );
    return { userId: String(payload.sub), sessionId: String(payload["sid"]), issuedAt: Math.round((payload.iat ?? 0) * 1000) };
  } catch (cause) {
    throw new Problem("unauthenticated", { detail: "The access token is not valid or has expired.", cause });
  }
}

type Jwk = Config["JWT_KEYS"][number];

/** What the world may know of a key. */
export function publicPart(jwk: Jwk) {
  return { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, kid: jwk.kid, alg: "ES256", use: "sig" };
}
