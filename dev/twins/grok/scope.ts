import { z } from "zod";
import type { JsonObject } from "./json.ts";

/** Whose request it was. Scripts and records are found by these, so that tests running side by side never meet. */
export type Scope = { readonly apiKey: string; readonly safetyIdentifier: string | null; readonly promptCacheKey: string | null };

const shape = { apiKey: z.string().min(1), safetyIdentifier: z.string().min(1), promptCacheKey: z.string().min(1) };

/** At least one: a match for everything would reach into the tests of others. */
export const Match = z
  .strictObject(shape)
  .partial()
  .refine((match) => Object.keys(match).length > 0, { message: "name apiKey, safetyIdentifier or promptCacheKey" });
export type Match = z.infer<typeof Match>;

export function matches(match: Match, scope: Scope): boolean {
  return (
    (match.apiKey === undefined || match.apiKey === scope.apiKey) &&
    (match.safetyIdentifier === undefined || match.safetyIdentifier === scope.safetyIdentifier) &&
    (match.promptCacheKey === undefined || match.promptCacheKey === scope.promptCacheKey)
  );
}

/** For deleting: a script belongs to whoever queued it under the same words. */
export function covers(match: Match, other: Match): boolean {
  return Object.entries(match).every(([key, value]) => (other as JsonObject)[key] === value);
}
