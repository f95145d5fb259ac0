import { OUTAGES } from "../../src/core/outages.ts";
import { asOwner } from "../owner.ts";
import { client, freshAddress } from "../person.ts";
import { type Behind, type Dependency, type Mode, type Outcome, workerBehindFaults } from "./behind.ts";
import { type Call, type Plan, PLANS, type Subject, subject, TRIES_MOST } from "./plans.ts";

export type Operation = { operationId: string; path: string; method: string; guarded: boolean; responses: string[] };
export type Cell = { operation: Operation; dependency: Dependency | "none"; mode: Mode; after: number };
/** What was found wrong in a cell; empty when nothing was. */
export type Finding = string;
type Delta = Record<string, number>;
type Done = { cell: Cell; outcome: Outcome; delta: Delta; fired: number };

export const DEPENDENCIES = Object.keys(OUTAGES) as Dependency[];

/** Which operations need more than the gate and the database, and what they do without it. Any other answers as ever. */
export const NEEDS: Record<string, Partial<Record<Dependency, "refuse" | "go on">>> = {
  completeLink: { quickbooks: "refuse" },
  createReport: { files: "go on" },
  downloadReport: { files: "refuse" },
  downloadExport: { files: "refuse" },
  askInsight: { redis: "go on", grok: "go on" },
};
/** Reads that cost as much as a report does. */
const COSTLY_READS = new Set(["verifyAuditEvents", "downloadExport"]);
/** Passwords are hashed one at a time, and nobody waits longer than this for a turn. */
const HASHES = new Set(["signUp", "logIn", "changePassword", "resetPassword"]);
const TURN_MS = 4_000;
/** What ends the caller's own session tells the gate first: it is dead at once, and the refresh token or a log-in leads on. */
const ENDINGS = new Set(["logOut", "endSession", "changePassword"]);
/** What the work itself may take. A busy machine is no outage: what is measured to the second is measured by `npm run prove`. */
const WORK_MS = process.env["PROVE"] === undefined ? 15_000 : 1_000;
/** What is sent to a provider once, whatever it answers: the person is told to begin anew. */
const ONCE = new Set(["completeLink"]);
/** What a request takes for a while, and frees by time alone when it is cut off. */
const LEASES = [
  "update ai_queries set lease_until = created_at where finished_at is null",
  "update idempotency_keys set lease_until = created_at where true",
  "update one_time_tokens set used_at = created_at - interval '1 day' where used_by like 'taken %'",
];
/** What says no more of a lease than that the link is not valid. */
const LEASED = new Set(["resetPassword"]);
/** What may be left of a call that was cut off between its steps, each of which is whole: see the operation. */
const STEPS: Record<string, (delta: Delta) => boolean> = {
  // the question's row is first and holds a lease; a try that failed stays in the log
  askInsight: ({ ai_queries = 0, audit_events = 0, ...others }) => ai_queries <= 2 && audit_events <= 1 && Object.keys(others).length === 0,
  // the account is invisible before it has tokens, and is taken up by the next link
  completeLink: (delta) => same(delta, { accounts: 1 }),
};

/** What the document promises of an operation while a dependency does not answer. */
export function promised(operation: Operation, dependency: Cell["dependency"]): "refuse" | "go on" {
  if (dependency === "postgres") return "refuse";
  if (dependency !== "gate") return NEEDS[operation.operationId]?.[dependency as Dependency] ?? "go on";
  if (!operation.guarded) return OUTAGES.gate.without.open;
  return OUTAGES.gate.without[operation.method !== "GET" ? "write" : COSTLY_READS.has(operation.operationId) ? "report" : "read"];
}

/** The longest that a call may take: the sum of what is waited for, and what the work itself takes on a busy machine. */
function bound(operation: Operation, dependency: Cell["dependency"], workMs: number): number {
  const work = workMs + (HASHES.has(operation.operationId) ? 2 * TURN_MS : 0);
  if (dependency === "grok") return 30_000 + work;
  if (dependency === "postgres") return (operation.method === "GET" ? OUTAGES.postgres.waitMs.read : OUTAGES.postgres.waitMs.batch) + work;
  if (dependency === "quickbooks") return OUTAGES.quickbooks.waitMs + work;
  return 2_500 + work;
}

/** Rows of a person by table. What the queue writes for them in the background is left out. */
export async function rowsOf(email: string): Promise<Delta> {
  tables ??= asOwner<{ name: string; account: boolean }>(`
    select c.table_name as name, exists (select 1 from information_schema.columns a where a.table_schema = 'public' and a.table_name = c.table_name and a.column_name = 'account_id') as account
    from information_schema.columns c where c.table_schema = 'public' and c.column_name = 'user_id' and c.table_name not in ('idempotency_keys', 'dead_letters', 'one_time_tokens', 'ai_budgets') order by 1`);
  const only: Record<string, string> = {
    // that a repeat found nothing any more is noted, too
    audit_events: "and actor_kind <> 'system' and action <> 'access.missed'",
    mails: "and template <> 'export_ready'",
    ai_queries: "and origin = 'asked'",
  };
  const byHand = "and (account_id is null or account_id in (select id from accounts where service_name = 'manual'))";
  const counts = (await tables).map(
    ({ name, account }) => `select '${name}' as name, count(*) as n from ${name}, me where user_id = me.id ${only[name] ?? ""} ${account ? byHand : ""}`,
  );
  const rows = await asOwner<{ name: string; n: string }>(
    `with me as (select id from users where email = $1) ${counts.join(" union all ")} union all select 'users', count(*) from me`,
    [email.toLowerCase()],
  );
  return Object.fromEntries(rows.map(({ name, n }) => [name, Number(n)]));
}
let tables: Promise<{ name: string; account: boolean }[]> | undefined;

function difference(before: Delta, after: Delta): Delta {
  return Object.fromEntries(Object.entries(after).flatMap(([name, n]) => (n === (before[name] ?? 0) ? [] : [[name, n - (before[name] ?? 0)]])));
}
/** Up to twice what a success writes, where that is what is there. */
function twice(delta: Delta, example: Delta): Delta {
  return Object.fromEntries(Object.entries(delta).filter(([name, n]) => n > 0 && n <= 2 * (example[name] ?? 0)));
}
const same = (a: Delta, b: Delta) => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

/** People that no operation uses at this moment: each costs a sign-up, and most operations leave them as they were. */
const idle: Subject[] = [];

async function borrowed(withCompany: boolean): Promise<Subject> {
  const at = idle.findIndex((one) => (one.accountId !== "") === withCompany && one.until > Date.now());
  const [found] = at < 0 ? [] : idle.splice(at, 1);
  return found ?? subject(withCompany);
}

/** Makes every cell of one operation, in order, and says what was wrong. */
export class Trial {
  readonly #operation: Operation;
  readonly #done: Done[] = [];
  readonly #findings: Finding[] = [];
  readonly #workers: Behind[] = [];
  #who: Subject | undefined;

  constructor(operation: Operation) {
    this.#operation = operation;
  }

  get #isKeyed(): boolean {
    return this.#operation.guarded && this.#operation.method === "POST";
  }

  /** What the work may take here: where others use the machine, it takes longer with nothing broken, too. */
  get #workMs(): number {
    const whole = this.#done.find(({ cell }) => cell.dependency === "none")?.outcome.ms ?? 0;
    return Math.max(WORK_MS, 5 * whole);
  }

  get cells(): number {
    return this.#done.length;
  }

  /** Breaks, calls, mends, calls again. */
  async run(cell: Cell): Promise<void> {
    const plan = PLANS[this.#operation.operationId];
    const who = await this.#subject(plan);
    const call = (await plan?.prepare(who)) ?? { path: this.#operation.path };
    const worker = workerBehindFaults();
    this.#workers.push(worker);
    const before = await rowsOf(call.email ?? who.email);
    if (cell.dependency !== "none") await worker.break(cell.dependency, cell.mode, cell.after);
    const key = crypto.randomUUID();
    const outcome = await made(worker, this.#operation, who, call, key);
    const fired = cell.dependency === "none" ? 0 : await worker.fired(cell.dependency);
    await worker.mend();
    const delta = await this.#written(before, call, who);
    this.#done.push({ cell, outcome, delta, fired });
    this.#judge(cell, outcome, fired);
    if (outcome.status >= 500 || outcome.cut) await this.#recover(cell, worker, who, call, key, before);
    // made by now, at the latest when it recovered
    if (plan?.fresh) this.#who = undefined;
  }

  async #subject(plan: Plan | undefined): Promise<Subject> {
    if (this.#who && this.#who.until <= Date.now()) this.#who = undefined;
    this.#who ??= plan?.fresh ? await subject(false) : await borrowed(plan?.company === true);
    return this.#who;
  }

  /** Gives back who was borrowed, once nothing is under way any more. */
  async done(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.mend().then(() => worker.settled())));
    if (this.#who) idle.push(this.#who);
  }

  /** The rows that were added. */
  async #written(before: Delta, call: Call, who: Subject): Promise<Delta> {
    return difference(before, await rowsOf(call.email ?? who.email));
  }

  /** What was wrong, once every cell is made: half-written is what is neither nothing nor what a success writes. */
  findings(): Finding[] {
    const example = this.#done.find(({ outcome }) => outcome.status < 300)?.delta;
    if (!example) return [...this.#findings, `${this.#operation.operationId}: never answered with success`];
    for (const { cell, outcome, delta } of this.#done) {
      const isNothing = outcome.status >= 300 && same(delta, {});
      // without a key, the same request again is another one
      const isTwice = cell.dependency !== "none" && !this.#isKeyed && same(delta, twice(delta, example));
      const isWhole = same(delta, example) || isNothing || isTwice || STEPS[this.#operation.operationId]?.(delta);
      if (!isWhole) this.#say(cell, `half written: ${JSON.stringify(delta)}, a success writes ${JSON.stringify(example)} (answered ${outcome.status})`);
    }
    return this.#findings;
  }

  #judge(cell: Cell, outcome: Outcome, fired: number): void {
    const limit = bound(this.#operation, cell.dependency, this.#workMs);
    if (outcome.ms - outcome.late > limit) this.#say(cell, `took ${outcome.ms} ms of ${limit}, ${outcome.late} of them not its own`);
    if (outcome.cut) {
      if (cell.mode !== "half" || cell.dependency !== "files") this.#say(cell, "an answer was cut off");
      return;
    }
    if (!this.#operation.responses.includes(String(outcome.status))) this.#say(cell, `answered ${outcome.status}, which is not documented`);
    const refused = outcome.status === 503 && outcome.code === "unavailable" && Number(outcome.retryAfter) >= 1;
    const isDown = fired > 0 && promised(this.#operation, cell.dependency) === "refuse";
    // slow may be in time, and what is lost after the work was done is nobody's loss
    const isDone = outcome.status < 300 && (cell.after > 0 || cell.mode === "slow");
    if (isDown && !refused && !isDone)
      this.#say(cell, `answered ${outcome.status} ${String(outcome.code)}, retry-after ${outcome.retryAfter}; a refusal was promised`);
    if (!isDown && outcome.status >= 300) this.#say(cell, `answered ${outcome.status} ${JSON.stringify(outcome.body)}, though it can do without`);
  }

  /** The same call again, without help, while everything that the operation can do without hangs. */
  async #recover(cell: Cell, worker: Behind, who: Subject, call: Call, key: string, before: Delta): Promise<void> {
    for (const dependency of dispensable(this.#operation)) await worker.break(dependency, "hang");
    let outcome = await made(worker, this.#operation, who, call, key);
    if (outcome.ms - outcome.late > bound(this.#operation, "none", this.#workMs)) this.#say(cell, `took ${outcome.ms} ms to recover`);
    if ((outcome.status === 409 && outcome.retryAfter !== null) || (outcome.status === 400 && LEASED.has(this.#operation.operationId))) {
      // what the request had reserved outlived it: two minutes go by
      for (const lapse of LEASES) await asOwner(`${lapse} and user_id = (select id from users where email = $1)`, [who.email]);
      outcome = await made(worker, this.#operation, who, call, key);
    }
    const delta = await this.#written(before, call, who);
    // what was done although the answer was lost says so: it is there, gone, used or carried out
    const isLost = cell.mode === "half" || ONCE.has(this.#operation.operationId) || (cell.after > 0 && !same(delta, {}));
    const isDone = isLost && [400, 401, 404, 409].includes(outcome.status);
    const isDead = ENDINGS.has(this.#operation.operationId) && outcome.status === 401;
    if (outcome.status >= 300 && !isDone && !isDead) this.#say(cell, `did not recover: ${outcome.status} ${JSON.stringify(outcome.body)}`);
    this.#done.push({ cell, outcome, delta, fired: 0 });
  }

  #say(cell: Cell, what: string): void {
    this.#findings.push(`${this.#operation.operationId} × ${cell.dependency} × ${cell.mode}${cell.after > 0 ? ` after ${cell.after}` : ""}: ${what}`);
  }
}

function dispensable(operation: Operation): Dependency[] {
  return DEPENDENCIES.filter((one) => one !== "postgres" && one !== "gate" && NEEDS[operation.operationId]?.[one] === undefined);
}

/** One call, on behalf of the caller or of a stranger; waits where the caller's budget is spent. */
async function made(worker: Behind, operation: Operation, who: Subject, call: Call, key: string): Promise<Outcome> {
  for (let tries = 0; tries < TRIES_MOST; tries++) {
    const headers = {
      "cf-connecting-ip": call.stranger ? freshAddress() : who.ip,
      ...(call.stranger ? {} : { authorization: `Bearer ${who.accessToken}` }),
      ...(call.type === undefined ? {} : { "content-type": call.type }),
      ...(operation.method === "POST" && operation.guarded ? { "idempotency-key": key } : {}),
    };
    const outcome = await worker.call(operation.method, call.path, { body: call.body, headers });
    if (outcome.status !== 429) return outcome;
    await new Promise((done) => setTimeout(done, Number(outcome.retryAfter ?? 1) * 1_000));
  }
  throw new Error(`${operation.operationId} was over its budget ${TRIES_MOST} times`);
}

/** Every operation of the document: one that is added joins by itself. */
export async function operations(): Promise<Operation[]> {
  const { body } = await client().get<{ paths: Record<string, Record<string, { operationId: string; security?: unknown[]; responses: object }>> }>(
    "/openapi.json",
  );
  return Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, security, responses }]) => ({
      operationId,
      path,
      method: method.toUpperCase(),
      guarded: (security?.length ?? 0) > 0,
      responses: Object.keys(responses),
    })),
  );
}
