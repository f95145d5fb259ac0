import { hmacText, subkey } from "../../core/secret.ts";
import type { OpenCtx } from "../../runtime.ts";

/** How a key is kept: who reads the table can make no key, and who writes to it neither. */
export async function apiKeyMac(ctx: OpenCtx, key: string): Promise<string> {
  return hmacText(await subkey(ctx.config.LINK_SIGNING_KEY, "api-key"), key);
}
