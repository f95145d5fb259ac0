import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { Random } from "./mix.ts";
import type { Customer } from "./people.ts";

export type Write = {
  who: Customer;
  method: string;
  path: () => string;
  body: unknown;
  key: string | undefined;
  acknowledged: (answer: string) => void;
  settled: (status: number, answer: string) => void;
};
/** What one row should be. `maybe`: values that were sent, and not answered. */
type Row = {
  who: Customer;
  marker: string;
  amount: string;
  isMade: boolean;
  category: string | null;
  maybe: string[];
  isRemoved: "no" | "maybe" | "yes";
  busy: boolean;
  id: string | null;
};
type Found = {
  id: string;
  marker: string;
  amount: string;
  category: string | null;
  is_deleted: boolean;
  email: string;
  postings: string;
  balance: string;
  trail: string;
};

export type Verdict = { acknowledged: number; unanswered: number; lost: number; doubled: number; halves: number; wrong: number; examples: string[] };

/** The driver's own account of every write it sent, against which the database is held afterwards. */
export class Books {
  readonly #rows: Row[] = [];
  readonly #run = randomUUID().slice(0, 8);
  #acknowledged = 0;

  get sent(): number {
    return this.#rows.length;
  }

  record(who: Customer, random: Random): Write {
    const marker = `load ${this.#run} ${this.#rows.length}`;
    const amount = `-${(1 + Math.floor(random.next() * 99_999)) / 100}`;
    const row: Row = { who, marker, amount, isMade: false, category: null, maybe: [], isRemoved: "no", busy: true, id: null };
    this.#rows.push(row);
    const body = { transactionDate: "2026-03-04", description: marker, amount, currency: "USD" };
    return {
      who,
      method: "POST",
      path: () => "/transactions",
      body,
      key: randomUUID(),
      acknowledged: (answer) => {
        row.isMade = true;
        row.busy = false;
        row.id = (JSON.parse(answer) as { id: string }).id;
        this.#acknowledged += 1;
      },
      // 409 under its own key: it was carried out and its answer lost; the database must have it
      settled: (status, answer) => {
        // under way is another 409: its first request may have been refused by the database
        if (status === 409 && answer.includes("was carried out")) row.isMade = true;
      },
    };
  }

  update(who: Customer, random: Random): Write | null {
    const row = this.#free(who, random);
    if (!row) return null;
    const category = `Category ${randomUUID().slice(0, 8)}`;
    row.busy = true;
    row.maybe.push(category);
    const acknowledged = () => {
      row.category = category;
      row.maybe = [];
      row.busy = false;
      this.#acknowledged += 1;
    };
    return { who, method: "PATCH", path: () => `/transactions/${row.id ?? ""}`, body: { category }, key: undefined, acknowledged, settled: () => undefined };
  }

  remove(who: Customer, random: Random): Write | null {
    const row = this.#free(who, random);
    if (!row) return null;
    row.busy = true;
    row.isRemoved = "maybe";
    const acknowledged = () => {
      row.isRemoved = "yes";
      this.#acknowledged += 1;
    };
    // what is gone already was removed by a request that nobody heard the answer of
    const settled = (status: number) => {
      if (status === 404) row.isRemoved = "yes";
    };
    return { who, method: "DELETE", path: () => `/transactions/${row.id ?? ""}`, body: undefined, key: undefined, acknowledged, settled };
  }

  /** Each acknowledged write is there, once and as it was sent; each unanswered one is absent or whole. */
  async verify(owner: pg.Client): Promise<Verdict> {
    const { rows } = await owner.query<Found>(
      `select t.id, t.description as marker, t.amount::text, coalesce(t.own_category, t.category) as category, t.is_deleted, u.email,
         (select count(*) from postings p where p.transaction_id = t.id) as postings,
         (select coalesce(sum(p.home_amount), 0) from postings p where p.transaction_id = t.id)::text as balance,
         (select count(*) from audit_events a where a.user_id = t.user_id and a.subject = t.id::text) as trail
       from transactions t join users u on u.id = t.user_id where t.description like $1`,
      [`load ${this.#run} %`],
    );
    const found = Map.groupBy(rows, (row) => row.marker);
    const verdict: Verdict = { acknowledged: this.#acknowledged, unanswered: 0, lost: 0, doubled: 0, halves: 0, wrong: 0, examples: [] };
    for (const row of this.#rows) judge(row, found.get(row.marker) ?? [], verdict);
    return verdict;
  }

  #free(who: Customer, random: Random): Row | null {
    const own = this.#rows.slice(-500).filter((row) => row.who === who && row.isMade && row.id !== null && !row.busy && row.isRemoved === "no");
    return own.length > 0 ? random.pick(own) : null;
  }
}

function judge(row: Row, found: Found[], verdict: Verdict): void {
  const say = (kind: "lost" | "doubled" | "halves" | "wrong", what: string) => {
    verdict[kind] += 1;
    if (verdict.examples.length < 5) verdict.examples.push(`${row.marker}: ${what}`);
  };
  if (!row.isMade) verdict.unanswered += 1;
  const [only] = found;
  if (!only) {
    if (row.isMade) say("lost", "was acknowledged and is not there");
    return;
  }
  if (found.length > 1) say("doubled", `is there ${found.length} times`);
  const isWhole = Number(only.trail) >= 1 && Number(only.balance) === 0 && (only.is_deleted || Number(only.postings) >= 2);
  if (!isWhole) say("halves", `${only.postings} postings that add up to ${only.balance}, ${only.trail} rows in the trail`);
  if (Number(only.amount) !== Number(row.amount) || only.email !== row.who.email) say("wrong", `${only.amount} of ${only.email}`);
  if (row.isRemoved === "yes" ? !only.is_deleted : row.isRemoved === "no" && only.is_deleted) say("lost", "is (not) removed, against what was acknowledged");
  if (row.category !== null && only.category !== row.category && !row.maybe.includes(only.category ?? ""))
    say("lost", `an acknowledged change to ${row.category}; it is ${only.category ?? "empty"}`);
}
