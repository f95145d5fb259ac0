import { env } from "cloudflare:test";
import { describe, inject, it } from "vitest";
import { asOwner, control } from "../http/accounts-twin.ts";
import type { Figure, Insight } from "../http/insights-twin.ts";
import { connect, type Person, person, type Reply, synced } from "../person.ts";
import { cents, decimal, readBooks } from "./oracle.ts";
import { type Asked, questionsFor, TEMPLATES } from "./questions.ts";
import { companyOf } from "./templates/template.ts";

type Opened = { total: string; data: { amount: string }[]; nextCursor: string | null };
type Row = { company: string; asked: Asked; right: boolean; cited: boolean; opened: boolean; grounding: string; insight: Insight | null; why: string };

const TODAY = new Date().toISOString().slice(0, 10);
const THIS = { year: Number(TODAY.slice(0, 4)), month: Number(TODAY.slice(5, 7)) - 1 };
const COMPANIES = [
  { name: "sample", realm: "9130350000000001", anchor: THIS },
  { name: "generated", realm: "", anchor: THIS, make: { template: "generated", seed: "eval-1", size: 400, multiCurrency: false } },
  { name: "currencies", realm: "", anchor: THIS, make: { template: "generated", seed: "eval-2", size: 300, multiCurrency: true, home: "EUR" } },
  { name: "real", realm: "9130350000000002", anchor: { year: 2019, month: 9 } },
] as const;
/** `npm run eval` says which company, or all; in `npm test` it is a few questions about one. */
const only = (env as unknown as { EVAL_COMPANY?: string }).EVAL_COMPANY;
const CHOSEN = COMPANIES.filter((each) => only === "" || (only ?? "sample").split(",").includes(each.name));
const EVERY = only === undefined ? 24 : 1;
const LEAST = 150;
/** What is limited, or finds a busy machine, waits as long as it is told to, so many times. */
const WAITS_MOST = 5;
const WAIT_MOST_SECONDS = 60;
/** Kinds of figure that are the sum of their rows. Averages, counts and shares open into the rows that they are of. */
const SUMS = ["total", "amount", "balance", "change"];
const rows: Row[] = [];

describe("questions about whole companies, through the endpoint, against the twin's own ledger", () => {
  it("are made from at least 150 templates, no two of which are the same", ({ expect }) => {
    const texts = TEMPLATES.map((each) => each.text);
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.length).toBeGreaterThanOrEqual(LEAST);
  });

  it.each(CHOSEN)("$name: every figure exact, every citation among its rows", { timeout: 1_800_000 }, async (company) => {
    const { expect } = await import("vitest");
    const realm = "make" in company ? (await control<{ realm: string }>("POST", "/companies", company.make)).realm : company.realm;
    const books = await readBooks(`${inject("worldUrl")}/quickbooks`, realm);
    const first = books.entries.reduce((least, entry) => (entry.date < least ? entry.date : least), TODAY);
    const asker = await ready(realm, first);
    const questions = questionsFor(companyOf(books, TODAY, company.anchor)).filter((_, index) => index % EVERY === 0);
    for (const asked of questions) rows.push(await judged(company.name, asker, asked));
    const wrong = rows.filter((row) => row.company === company.name && !(row.right && row.cited && row.opened));
    console.log(table(company.name));
    for (const row of wrong) console.log(`WRONG ${row.asked.question}\n  ${row.why}\n  ${row.insight?.answer ?? ""}`);
    expect(wrong.map((row) => `${row.asked.question} ${row.why}`)).toEqual([]);
  });

  it("asked at least 150 different templates over all companies", ({ expect }) => {
    const asked = new Set(rows.map((row) => row.asked.template)).size;
    console.log(`${table(null)}\n${asked} templates of ${TEMPLATES.length} asked, ${rows.length} questions`);
    if (only === "") expect(asked).toBeGreaterThanOrEqual(LEAST);
  });
});

async function ready(realm: string, first: string): Promise<Person> {
  const asker = await person();
  const account = await connect(asker, realm, { syncFrom: first });
  const run = await synced(asker, account.id, 300);
  if (run.phase !== "done") throw new Error(`sync: ${JSON.stringify(run)}`);
  return asker;
}

async function patient<T>(call: () => Promise<Reply<T>>): Promise<Reply<T>> {
  for (let waits = 0; ; waits++) {
    const reply = await call();
    const seconds = Number(reply.headers.get("retry-after"));
    if (![429, 503].includes(reply.status) || waits === WAITS_MOST || !(seconds > 0 && seconds <= WAIT_MOST_SECONDS)) return reply;
    await new Promise((done) => setTimeout(done, seconds * 1000));
  }
}

async function judged(company: string, asker: Person, asked: Asked): Promise<Row> {
  const reply = await patient(() => asker.post<Insight>("/ai/insights", { question: asked.question }));
  const base = { company, asked, grounding: reply.body.grounding ?? "none" };
  if (reply.status !== 200) return { ...base, right: false, cited: false, opened: false, insight: null, why: `${reply.status} ${JSON.stringify(reply.body)}` };
  const figures = reply.body.figures;
  const wrong = asked.expected.filter((expected, index) => !same(figureFor(asked, figures, expected.value, index)?.value, expected.value));
  const right = wrong.length === 0 && (!asked.exact || figures.length === asked.expected.length);
  const cited =
    right &&
    (await Promise.all(asked.expected.map((expected, index) => citedOnly(figureFor(asked, figures, expected.value, index), expected.among)))).every(Boolean);
  const opened = right && (await Promise.all(figures.map((figure) => opensIntoItself(asker, figure)))).every(Boolean);
  return {
    ...base,
    right,
    cited,
    opened,
    insight: reply.body,
    why: right
      ? cited
        ? "opens into rows that do not add up to it"
        : "cites a row that is not of the figure"
      : `expected ${asked.expected.map((each) => each.value).join(", ")}; got ${figures.map((each) => each.value).join(", ")}`,
  };
}

function figureFor(asked: Asked, figures: readonly Figure[], value: string, index: number): Figure | undefined {
  return asked.exact ? figures[index] : figures.find((figure) => same(figure.value, value));
}

function same(a: string | undefined, b: string): boolean {
  const plain = (text: string) => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text).replace(/^-0$/, "0");
  return a !== undefined && plain(a) === plain(b);
}

async function citedOnly(figure: Figure | undefined, among: Set<string> | undefined): Promise<boolean> {
  if (!figure || !among || figure.citations.length === 0) return true;
  const found = await asOwner(
    "select entity || ':' || case when entity = 'Provider' then transaction_date::text else external_id end from transactions where id = any($1::uuid[])",
    [`{${figure.citations.join(",")}}`],
  );
  return found.length === new Set(figure.citations).size && found.every(([ref]) => among.has(ref ?? ""));
}

/** A figure that is a sum of rows adds up when it is opened, and so do the rows where one page holds them. */
async function opensIntoItself(asker: Person, figure: Figure): Promise<boolean> {
  if (!SUMS.includes(figure.kind)) return true;
  if (figure.explain === null) return false;
  // a list of the API's own: its rows are checked where the API is
  if (!figure.explain.startsWith("/ai/")) return true;
  const { status, body } = await patient(() => asker.get<Opened>(`${figure.explain}&limit=200`));
  if (status !== 200 || !same(body.total, figure.value)) return false;
  return body.nextCursor !== null || same(decimal(body.data.reduce((all, row) => all + cents(row.amount), 0n)), figure.value);
}

function table(company: string | null): string {
  const of = rows.filter((row) => company === null || row.company === company);
  const kinds = [...new Set(of.map((row) => row.asked.kind))].sort();
  const line = (name: string, some: readonly Row[]) =>
    `${name.padEnd(20)} ${String(some.length).padStart(5)} ${String(some.filter((row) => row.right).length).padStart(6)} ${String(some.filter((row) => row.cited).length).padStart(6)} ${String(some.filter((row) => row.opened).length).padStart(7)} ${String(some.filter((row) => row.grounding === "verified").length).padStart(9)}`;
  return [
    `${(company ?? "all companies").padEnd(20)} asked  exact  cited  opened  verified`,
    ...kinds.map((kind) =>
      line(
        kind,
        of.filter((row) => row.asked.kind === kind),
      ),
    ),
    line("together", of),
  ].join("\n");
}
