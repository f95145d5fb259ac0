import { z } from "zod";
import type { OpenCtx } from "../../runtime.ts";

const ProviderHealth = z.strictObject({ status: z.enum(["up", "down"]), httpStatus: z.number().nullable(), ms: z.number() });
const Found = z.record(z.string(), ProviderHealth);
export type ProviderHealth = z.infer<typeof ProviderHealth>;

const TIMEOUT_MS = 3_000;
/** Of all Workers together, so that no number of dashboards is a load on a provider. */
const KEPT_SECONDS = 15;
/** Where users' answers stand under their ids. */
const [OWNER, NAME] = ["ops", "providers"];

/**
 * Asks each provider's address for anything at all, without a credential: any answer below 500 says that it is there. What a
 * provider says of us (a revoked key, a full quota) is in the metrics of the calls themselves. What was found is kept fifteen
 * seconds for everyone; without the cache each one asks.
 */
export async function checkProviders(ctx: OpenCtx<"fetch" | "cache">): Promise<Record<string, ProviderHealth>> {
  const kept = await ctx.cache.get(OWNER, NAME);
  if (kept !== null) return Found.parse(JSON.parse(kept));
  const found = await probeAll(ctx);
  await ctx.cache.set(OWNER, NAME, JSON.stringify(found), KEPT_SECONDS);
  return found;
}

async function probeAll(ctx: OpenCtx<"fetch">): Promise<Record<string, ProviderHealth>> {
  const { QUICKBOOKS_API_URL, QUICKBOOKS_TOKEN_URL, XAI_BASE_URL, RESEND_BASE_URL } = ctx.config;
  const addresses = { quickbooks: QUICKBOOKS_API_URL, intuitOAuth: QUICKBOOKS_TOKEN_URL, xai: `${XAI_BASE_URL}/models`, resend: `${RESEND_BASE_URL}/emails` };
  const found = Object.entries(addresses).map(async ([name, url]) => [name, await probe(ctx, url)] as const);
  return Object.fromEntries(await Promise.all(found));
}

async function probe(ctx: OpenCtx<"fetch">, url: string): Promise<ProviderHealth> {
  const started = ctx.now().getTime();
  const httpStatus = await ctx.fetch(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) }).then(
    async (response) => {
      await response.body?.cancel();
      return response.status;
    },
    () => null,
  );
  return { status: httpStatus !== null && httpStatus < 500 ? "up" : "down", httpStatus, ms: ctx.now().getTime() - started };
}
