import { CHANGES } from "./templates/changes.ts";
import { HOLDINGS } from "./templates/holdings.ts";
import { RANKS } from "./templates/ranks.ts";
import { SUMS } from "./templates/sums.ts";
import type { Company, Expected, Template } from "./templates/template.ts";

export const TEMPLATES: readonly Template[] = [...SUMS, ...RANKS, ...CHANGES, ...HOLDINGS];

export type Asked = { kind: string; template: string; question: string; expected: Expected[]; exact: boolean };

/** Every template that a company has something for, filled from its own names and days, with what the ledger says to each. */
export function questionsFor(company: Company): Asked[] {
  const turns = new Map<string, number>();
  return TEMPLATES.flatMap(({ kind, text, fill }) => {
    const turn = turns.get(kind) ?? 0;
    turns.set(kind, turn + 1);
    const found = fill(company, turn);
    if (!found) return [];
    const question = text.replace(/\{(\w+)\}/g, (_, slot: string) => found.slots[slot] ?? "");
    return [{ kind, template: text, question, expected: found.expected, exact: found.exact }];
  });
}
