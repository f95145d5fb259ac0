import { Buffer } from "node:buffer";
import { scrypt } from "node:crypto";
import { hmac, subkey } from "../../core/secret.ts";
import type { OpenCtx } from "../../runtime.ts";

export type Cost = { N: number; r: number; p: number };

const MAX_MEMORY = 64 * 1024 * 1024;

/** scrypt (RFC 7914) of the whole password: 32 bytes, over an HMAC-SHA-256 of its NFC form under the pepper. */
export async function passwordHash(ctx: OpenCtx, password: string, salt: Uint8Array, cost: Cost): Promise<Buffer> {
  const peppered = Buffer.from(await hmac(await subkey(ctx.config.LINK_SIGNING_KEY, "password"), password.normalize("NFC")));
  return new Promise((resolve, reject) => scrypt(peppered, salt, 32, { ...cost, maxmem: MAX_MEMORY }, (error, key) => (error ? reject(error) : resolve(key))));
}
