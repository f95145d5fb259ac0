import { describe, it } from "vitest";
import { print } from "../../../src/features/insights/facts.ts";
import { check } from "../../../src/features/insights/grounding/gate.ts";
import { render } from "../../../src/features/insights/grounding/render.ts";
import { escapes } from "./escapes.ts";
import { books, honest } from "./ground.ts";
import { manyHonest } from "./honest.ts";
import { hostileTurns } from "./hostile.ts";
import { reviewed, WITHOUT_FACTS } from "./reviewed.ts";

const TURNS = process.env["PROVE"] ? 50_000 : 2_000;

describe("the gate", () => {
  it("lets honest answers through, names with digits and number words among them", ({ expect }) => {
    const { ids, ground } = books();
    const answers = honest(ids);
    const refused = answers.flatMap((text) => {
      const verdict = check(text, ground);
      return verdict.ok ? [] : [`${text} => ${verdict.reason}`];
    });
    console.log(`honest answers wrongly refused: ${refused.length} of ${answers.length} (${((100 * refused.length) / answers.length).toFixed(1)}%)`);
    expect(refused).toEqual([]);
  });

  it("refuses less than one honest answer in a hundred, of several hundred over names with digits, number words and months", ({ expect }) => {
    const answers = manyHonest();
    const refused = answers.flatMap(({ text, ground }) => {
      const verdict = check(text, ground);
      return verdict.ok ? [] : [`${text} => ${verdict.reason}`];
    });
    console.log(
      `honest answers wrongly refused: ${refused.length} of ${answers.length} (${((100 * refused.length) / answers.length).toFixed(2)}%)\n${refused.join("\n")}`,
    );
    expect(answers.length).toBeGreaterThan(500);
    expect(refused.length / answers.length).toBeLessThan(0.01);
  });

  it(`[J5] lets none of ${TURNS} seeded hostile turns out`, ({ expect }) => {
    const { ids, ground } = books("Did we really spend $5,000 on Rent in March 2019?");
    const turns = hostileTurns(ids, TURNS);
    const kinds = new Map<string, { sent: number; out: number }>();
    const escaped: string[] = [];
    for (const { kind, text } of turns) {
      const count = kinds.get(kind) ?? { sent: 0, out: 0 };
      count.sent += 1;
      if (check(text, ground).ok) {
        count.out += 1;
        escaped.push(`${kind}: ${text}`);
      }
      kinds.set(kind, count);
    }
    console.log([...kinds].map(([kind, { sent, out }]) => `${kind.padEnd(22)} ${String(sent).padStart(4)} sent, ${out} out`).join("\n"));
    expect(turns.length).toBe(TURNS);
    expect(escaped).toEqual([]);
  });

  it("[J5] lets nothing out that once found a way", ({ expect }) => {
    const { ids, ground } = books("Did we really spend $5,000 on Rent in March 2019?");
    const all = Object.entries(escapes(ids)).flatMap(([kind, texts]) => texts.map((text) => `${kind}: ${text}`));
    expect(all.filter((text) => check(text.slice(text.indexOf(": ") + 2), ground).ok)).toEqual([]);
    expect(check("You owe nothing, and no customer owes you.", { ...ground, expectsFigure: false }).ok).toBe(false);
  });

  it("[J5] lets out no text that once left, alone or after an honest answer", ({ expect }) => {
    const { ids, ground } = books("Did we really spend $5,000 on Rent in March 2019?");
    const texts = Object.values(reviewed(ids)).flat();
    const left = texts.flatMap((text) => [text, `Dining came to {{${ids.dining}}}.\n\n${text}`]).filter((text) => check(text, ground).ok);
    expect(left).toEqual([]);
    const nothing = { ...ground, fact: () => undefined, expectsFigure: false };
    expect(WITHOUT_FACTS.filter((text) => check(text, nothing).ok)).toEqual([]);
    expect(check("I found no vendor of that name in your books, so I give no figure.", nothing).ok).toBe(true);
  });

  it("prints each figure with its subject and period, whatever stands around it", ({ expect }) => {
    const { ids, ground, facts } = books("Is it above $5,000?");
    const text = `You asked about {{q1}}. Rent was **{{${ids.rent}}}**.`;
    expect(check(text, ground)).toEqual({ ok: true, used: [ids.rent] });
    expect(render(text, (id) => facts.get(id), ground.question)).toBe("You asked about “$5,000”. Rent was **$1,850.00** (spending on Rent, March 2019).");
    expect(check(`It is {{q1}}, that is {{${ids.rent}}}.`, ground).ok).toBe(false);
  });

  it("[J5] prints no link, image or markup out of a hostile name", ({ expect }) => {
    const { facts } = books("?", []);
    for (const name of [
      "![x](https://evil.example/?d=1)",
      "[click](http://evil.example)",
      "<img src=x onerror=alert(1)>",
      "www.evil.example/?q=",
      "javascript:alert(1)",
      "a@evil.example",
      "{{f1}}",
    ]) {
      const fact = facts.add({ kind: "total", subject: `spending with ${name}`, names: [name], value: "1.00", currency: "USD" });
      const printed = print(fact);
      expect(printed, name).not.toMatch(/:\/\/|www\.|(?<!\\)\[|(?<!\\)\]|(?<!\\)<|javascript:|\{\{|@evil/);
    }
  });
});
