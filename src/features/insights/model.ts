import { hmacText, subkey, unseal } from "../../core/secret.ts";
import type { Ctx } from "../../runtime.ts";
import { placeOf } from "../accounts/account.ts";

/** With whose key xAI is asked, and as whom: a hash, never the user. */
export type Model = { isThere: boolean; user: string; apiKey: string | undefined };
type Linked = { id: string; service: string; status: string; key: string | null };

/** The user's own key where one is connected, else the service's; `isThere` is false where neither is. */
export async function modelOf(ctx: Ctx<"grok">, linked: readonly Linked[]): Promise<Model> {
  const { userId } = ctx.actor;
  const own = linked.find((each) => each.service === "grok" && each.status === "connected" && each.key !== null);
  const apiKey = own?.key ? await unseal(ctx.config.SEALING_KEYS, placeOf(userId, own.id, "key"), own.key) : undefined;
  const user = (await hmacText(await subkey(ctx.config.LINK_SIGNING_KEY, "xai-user"), userId)).slice(0, 32);
  return { isThere: apiKey !== undefined || ctx.grok.available, user, apiKey };
}
