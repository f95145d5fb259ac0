import type { OpenCtx } from "../../runtime.ts";

export type ProviderHealth = { status: "up" | "down"; httpStatus: number | null; ms: number };

const TIMEOUT_MS = 3_000;

/**
 * Asks each provider's address for anything at all, without a credential: any answer below 500 says that it is there. What a
 * provider says of us (a revoked key, a full quota) is in the metrics of the calls themselves.
 */
export async function checkProviders(ctx: OpenCtx<"fetch">): Promise<Record<string, ProviderHealth>> {
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
