import type { Facts } from "./facts.ts";
import { print } from "./facts.ts";

const NUMBER_WORDS =
  /\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|dozen|half|twice|double|triple|percent)\b/i;

export type Grounded = { ok: true; answer: string; used: string[] } | { ok: false; reason: string };

/**
 * Prints each placeholder from its fact and lets the prose pass only when it holds no figure of its own: no digit, no
 * number in words, no link, image or HTML. `names` are entities that tools returned: digits inside them are theirs.
 */
export function ground(text: string, facts: Facts, names: readonly string[]): Grounded {
  const used: string[] = [];
  let unknown: string | undefined;
  let prose = text.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, id: string) => {
    if (facts.get(id)) used.push(id);
    else unknown = id;
    return "";
  });
  if (unknown !== undefined) return { ok: false, reason: `the placeholder {{${unknown}}} names no fact` };
  for (const name of names.filter((one) => /\d/.test(one) || NUMBER_WORDS.test(one))) prose = prose.replaceAll(name, "");
  if (/\p{N}/u.test(prose)) return { ok: false, reason: "the text holds a numeral of its own; figures appear only as placeholders" };
  if (NUMBER_WORDS.test(prose)) return { ok: false, reason: "the text holds a number in words; figures appear only as placeholders" };
  if (/https?:|www\.|!\[|\]\(|<[a-z/]/i.test(text)) return { ok: false, reason: "the text holds a link, an image or markup" };
  if (text.trim() === "") return { ok: false, reason: "there is no text" };
  const answer = text.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, id: string) => {
    const fact = facts.get(id);
    return fact ? print(fact) : "";
  });
  return { ok: true, answer, used: [...new Set(used)] };
}

/** The answer that the facts alone make, where no wording of them passed. */
export function template(facts: Facts): string {
  const lines = facts.all().map((fact) => `- ${print(fact)}`);
  return lines.length === 0 ? "Your books hold nothing that answers this question." : `From your books:\n\n${lines.slice(0, 30).join("\n")}`;
}
