import { Refusal } from "./errors.ts";
import { asText, type JsonObject } from "./json.ts";

type Kept = { readonly apiKey: string; readonly conversation: readonly JsonObject[]; readonly response: JsonObject };

const KEPT = 1_000;

/** Responses asked for with `store: true`, each visible only to the key that made it. */
export function createStored() {
  const kept = new Map<string, Kept>();

  function get(apiKey: string, id: string): Kept {
    const found = kept.get(id);
    if (!found || found.apiKey !== apiKey) throw new Refusal(404, `Response with id=${id} not found.`);
    return found;
  }

  return {
    get,
    keep(apiKey: string, conversation: readonly JsonObject[], response: JsonObject): void {
      kept.set(asText(response["id"]), { apiKey, conversation, response });
      const oldest = kept.keys().next();
      if (kept.size > KEPT && !oldest.done) kept.delete(oldest.value);
    },
    remove(apiKey: string, id: string): void {
      get(apiKey, id);
      kept.delete(id);
    },
  };
}
