import { describe, it } from "vitest";
import { connect, synced } from "../person.ts";
import { asker, type Insight, script, unscript } from "../http/insights-twin.ts";

const SAMPLE = "9130350000000001";
const YEAR = new Date().getUTCFullYear();
const WORDED = [
  `What did we spend most on in ${YEAR}?`,
  "What was our profit last month?",
  "Compare spending last month with the month before",
  "Which invoices are overdue?",
  "How much cash do we have, and what is our runway?",
  "Did we pay anything twice?",
];
const WITHOUT_MODEL = [
  "Were we charged double for anything?",
  "Who are our top 3 customers this year?",
  "How much did we spend last month?",
  "What is the forecast of cash?",
];

/** `npm run eval -- --answers`: ten answers as a person sees them, six that a model worded and four without one. */
describe("answers as a person sees them", () => {
  it("are worded where there is a model, and made of the same facts where there is none", { timeout: 240_000 }, async ({ expect }) => {
    const owner = await asker();
    const account = await connect(owner, SAMPLE);
    await synced(owner, account.id, 120);
    const show = async (question: string) => {
      const { status, body } = (await owner.ask(question)) as unknown as { status: number; body: Insight };
      console.log(`── ${question}  [${status} ${body.grounding}]\n${body.answer}\n   next: ${body.followUps.join(" / ")}\n`);
      return body.grounding;
    };
    for (const question of WORDED) expect(await show(question), question).toBe("verified");
    await script(owner.key, { fault: { kind: "status", status: 503 }, times: "always" });
    for (const question of WITHOUT_MODEL) {
      await new Promise((done) => setTimeout(done, 2_100));
      expect(await show(question), question).toBe("templated");
    }
    await unscript(owner.key);
  });
});
