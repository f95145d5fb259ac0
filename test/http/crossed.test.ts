import fc from "../property.ts";
import { describe, it } from "vitest";
import { type Answer, ask } from "../generous.ts";
import { type Person, person } from "../person.ts";

/** Ten thousand by `npm run prove`; a short run otherwise. */
const STEPS = process.env["PROVE"] === "1" ? 10_000 : 250;
const SEED = 7;

/** What the model knows of one person: their mark stands in all that they write, and in nothing that anybody else may read. */
type Known = { who: Person; mark: string; transactions: Map<string, string>; reports: Set<string>; keys: Set<string>; ever: Set<string>; unsure: boolean };

const KINDS = ["record", "list", "get", "change", "remove", "foreign", "summary", "report", "reports", "key", "keys", "trail", "question", "again"] as const;
const step = fc.record({
  kind: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...KINDS.filter((kind) => kind !== "question" && kind !== "report")) },
    { weight: 1, arbitrary: fc.constantFrom("question" as const, "report" as const) },
  ),
  me: fc.nat({ max: 2 }),
  other: fc.nat({ max: 1 }),
  pick: fc.nat({ max: 1_000 }),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const picked = <T>(from: Iterable<T>, at: number): T | undefined => {
  const all = [...from];
  return all[at % Math.max(1, all.length)];
};
const idOf = (answer: Answer) => (answer.status < 300 ? (JSON.parse(answer.text) as { id: string }).id : undefined);

/** Takes one step; returns the answer, and what the model holds against it. */
async function take({ kind, pick, other }: Step, mine: Known, others: Known[]): Promise<{ answer: Answer; wrong?: string }> {
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    ask(method, path, { credential: mine.who.accessToken, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const coffee = { transactionDate: "2026-01-02", description: `${mine.mark} ${pick}`, amount: "-3.50", currency: "USD" };
  const known = picked(mine.transactions.keys(), pick);
  switch (kind) {
    case "record":
    case "again": {
      // the same key for everybody: whose answer it gets is said by the user alone
      const headers: Record<string, string> = kind === "again" ? { "idempotency-key": `shared-${pick % 20}` } : {};
      const answer = await call("POST", "/transactions", kind === "again" ? { ...coffee, description: mine.mark } : coffee, headers);
      const id = idOf(answer);
      // an answer that is given again may be of a row that is gone since
      if (id !== undefined && !mine.ever.has(id)) mine.transactions.set(id, mine.mark);
      if (id !== undefined) mine.ever.add(id);
      return { answer };
    }
    case "list": {
      const answer = await call("GET", "/transactions?limit=200");
      if (answer.status !== 200) return { answer, wrong: `a list: ${answer.status}` };
      const { data, nextCursor } = JSON.parse(answer.text) as { data: { id: string }[]; nextCursor: string | null };
      const strange = data.filter(({ id }) => !mine.transactions.has(id));
      const isWhole = nextCursor !== null || data.length === mine.transactions.size;
      return !mine.unsure && (strange.length > 0 || !isWhole)
        ? { answer, wrong: `${data.length} rows, ${mine.transactions.size} known, ${strange.length} strange` }
        : { answer };
    }
    case "get":
    case "change":
    case "remove": {
      if (known === undefined) return { answer: await call("GET", "/me") };
      const method = { get: "GET", change: "PATCH", remove: "DELETE" }[kind];
      const answer = await call(method, `/transactions/${known}`, kind === "change" ? { description: `${mine.mark} changed` } : undefined);
      if (kind === "remove" && answer.status < 300) mine.transactions.delete(known);
      return answer.status < 300 || mine.unsure ? { answer } : { answer, wrong: `own row: ${answer.status}` };
    }
    case "foreign": {
      const theirs = others[other];
      const id = picked([...(theirs?.transactions.keys() ?? []), ...(theirs?.reports ?? []), ...(theirs?.keys ?? [])], pick) ?? crypto.randomUUID();
      const place = theirs?.reports.has(id) ? "reports" : theirs?.keys.has(id) ? "api-keys" : "transactions";
      const method = place === "reports" ? "GET" : (picked(place === "api-keys" ? ["DELETE"] : ["GET", "PATCH", "DELETE"], pick) ?? "GET");
      const answer = await call(method, `/${place}/${id}`, method === "PATCH" ? { description: "stolen" } : undefined);
      return answer.status === 404 || answer.status === 503 ? { answer } : { answer, wrong: `another's row: ${method} /${place} ${answer.status}` };
    }
    case "report": {
      const answer = await call("POST", "/reports", { type: "category_breakdown", period: "all_time" });
      const id = idOf(answer);
      if (id !== undefined) mine.reports.add(id);
      return { answer };
    }
    case "key": {
      const answer = await call("POST", "/api-keys", { name: mine.mark, scopes: ["profile:read"] });
      const id = idOf(answer);
      if (id !== undefined) mine.keys.add(id);
      return { answer };
    }
    case "question":
      return { answer: await call("POST", "/ai/insights", { question: "How much did we spend in January 2026?" }) };
    case "summary":
      return { answer: await call("GET", "/transactions/summary") };
    case "reports":
      return { answer: await call("GET", "/reports") };
    case "keys":
      return { answer: await call("GET", "/api-keys") };
    case "trail":
      return { answer: await call("GET", "/audit-events?limit=50") };
  }
}

describe("what belongs to one of three people", () => {
  it(`[D3] is never in what another one gets: ${STEPS} steps of a model`, { timeout: 1_200_000 }, async ({ expect }) => {
    const people: Known[] = [];
    for (const mark of ["markada", "markbob", "markeve"])
      people.push({ who: await person(), mark, transactions: new Map(), reports: new Set(), keys: new Set(), ever: new Set(), unsure: false });
    const count: Record<string, number> = {};
    for (const [at, one] of fc.sample(step, { numRuns: STEPS, seed: SEED }).entries()) {
      const mine = people[one.me];
      if (!mine) throw new Error("nobody");
      const others = people.filter((somebody) => somebody !== mine);
      const { answer, wrong } = await take(one, mine, others);
      // whether it was done, nobody knows on a machine that was too busy to answer: from here on only what is crossed is held against it
      mine.unsure ||= answer.status === 503;
      const crossed = others.filter(({ mark, who }) => answer.text.includes(mark) || answer.text.includes(who.email));
      const shown = `SEED=${SEED} step ${at} ${one.kind}: ${answer.status} ${answer.text.slice(0, 300)}`;
      expect([answer.status === 500, mine.unsure ? undefined : wrong, crossed.length], shown).toEqual([false, undefined, 0]);
      count[one.kind] = (count[one.kind] ?? 0) + 1;
    }
    console.log(`${STEPS} steps, 0 crossed: ${JSON.stringify(count)}; sure of ${people.filter(({ unsure }) => !unsure).length} of 3`);
  });
});
