import { Buffer } from "node:buffer";
import { Problem } from "../../core/errors.ts";
import { equalSecrets } from "../../core/secret.ts";
import type { OpenCtx } from "../../runtime.ts";
import { type Cost, passwordHash } from "./password-hash.ts";

/** On OWASP's and ASVS's lists; about 150 ms. Within workerd's cap of N·r·p ≤ 2^20. */
const COST: Cost = { N: 2 ** 15, r: 8, p: 3 };
const PARAMETERS = "ln=15,r=8,p=3";
const TURN_WAIT_MS = 4_000;

/** A PHC-style string: `$scrypt$ln=15,r=8,p=3$salt$hash`, over an HMAC of the password under the pepper. */
export async function hashPassword(ctx: OpenCtx<"gates">, password: string): Promise<string> {
  return inTurn(ctx, () => hashNow(ctx, password));
}

/**
 * Whether the password is the one of `stored`; `upgraded` is its hash under today's parameters where `stored` has others.
 * Without a stored hash the same work is done against a dummy, so that time does not tell whether an account exists.
 */
export async function checkPassword(ctx: OpenCtx<"gates">, password: string, stored: string | null): Promise<{ right: boolean; upgraded: string | null }> {
  const match = /^\$scrypt\$(ln=(\d+),r=(\d+),p=(\d+))\$([\w-]+)\$([\w-]+)$/.exec(stored ?? DUMMY);
  if (!match) throw new Error("a stored password hash cannot be read");
  const [, parameters, ln, r, p, salt = "", hash = ""] = match;
  return inTurn(ctx, async () => {
    const derived = await passwordHash(ctx, password, Buffer.from(salt, "base64url"), { N: 2 ** Number(ln), r: Number(r), p: Number(p) });
    const right = (await equalSecrets(derived.toString("base64url"), hash)) && stored !== null;
    return { right, upgraded: right && parameters !== PARAMETERS ? await hashNow(ctx, password) : null };
  });
}

const DUMMY = `$scrypt$${PARAMETERS}$${"A".repeat(22)}$${"A".repeat(43)}`;

async function hashNow(ctx: OpenCtx, password: string): Promise<string> {
  const salt = Buffer.from(ctx.random(16));
  return `$scrypt$${PARAMETERS}$${salt.toString("base64url")}$${(await passwordHash(ctx, password, salt, COST)).toString("base64url")}`;
}

/** scrypt blocks its isolate: turns are handed out one at a time; when too many wait, nobody hashes and the caller hears 503. */
async function inTurn<T>(ctx: OpenCtx<"gates">, work: () => Promise<T>): Promise<T> {
  const stile = ctx.gates.turnstile();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), TURN_WAIT_MS)));
  const turn = await Promise.race([Promise.resolve(stile.enter()).catch(() => null), late]);
  clearTimeout(timer);
  if (turn === null) throw new Problem("unavailable", { detail: "Many people are logging in at this moment.", retryAfterSeconds: 2 });
  try {
    return await work();
  } finally {
    await Promise.resolve(stile.done(turn)).catch(() => undefined);
  }
}
