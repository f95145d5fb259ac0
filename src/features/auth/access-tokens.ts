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
    .sign(await imported(jwk, "private"));
}

/** The claims of a token that we signed for this API and that is in force, else `unauthenticated`. No call leaves. */
export async function verifyAccessToken(ctx: OpenCtx, token: string): Promise<{ userId: string; sessionId: string; issuedAt: number }> {
  try {
    const { payload } = await jwtVerify(
      token,
      async (header) => {
        const jwk = ctx.config.JWT_KEYS.find((key) => key.kid === header.kid);
        if (!jwk) throw new Error("unknown kid");
        return imported(jwk, "public");
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

const keys = { private: new WeakMap<Jwk, ReturnType<typeof importJWK>>(), public: new WeakMap<Jwk, ReturnType<typeof importJWK>>() };

/** A key as the platform takes it, once per isolate: the configuration hands out the same object to every request. */
function imported(jwk: Jwk, part: "private" | "public"): ReturnType<typeof importJWK> {
  const known = keys[part].get(jwk) ?? importJWK(part === "private" ? jwk : publicPart(jwk), "ES256");
  keys[part].set(jwk, known);
  return known;
}

/** What the world may know of a key. */
export function publicPart(jwk: Jwk) {
  return { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, kid: jwk.kid, alg: "ES256", use: "sig" };
}
