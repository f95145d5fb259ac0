import type { Body } from "./body.ts";

/** One object as it is kept. Id, SyncToken and MetaData are written around the body when it is sent. */
export type Row = { readonly id: string; readonly sync: number; readonly created: number; readonly updated: number; readonly body: Body };

/** What can be known of a row without building its body. */
export type Glimpse = { readonly id: string; readonly date: string | undefined; readonly created: number; readonly updated: number; row(): Row };

export type Tombstone = { readonly id: string; readonly updated: number };

/** The rows of one entity, in order of id. */
export type Table = {
  get(id: string): Row | undefined;
  put(row: Row): void;
  remove(id: string): void;
  glimpses(): Iterable<Glimpse>;
  size(): number;
  nextId(): number;
};

export class MemoryTable implements Table {
  readonly #rows = new Map<string, Row>();
  #next: number;
  #sorted = true;

  constructor(firstId = 1) {
    this.#next = firstId;
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  put(row: Row): void {
    if (Number(row.id) >= this.#next) this.#next = Number(row.id) + 1;
    else if (!this.#rows.has(row.id)) this.#sorted = false;
    this.#rows.set(row.id, row);
  }

  remove(id: string): void {
    this.#rows.delete(id);
  }

  *glimpses(): Iterable<Glimpse> {
    if (!this.#sorted) this.#sort();
    for (const row of this.#rows.values()) yield glimpse(row);
  }

  size(): number {
    return this.#rows.size;
  }

  nextId(): number {
    return this.#next;
  }

  #sort(): void {
    const rows = [...this.#rows.values()].sort((a, b) => Number(a.id) - Number(b.id));
    this.#rows.clear();
    for (const row of rows) this.#rows.set(row.id, row);
    this.#sorted = true;
  }
}

export function glimpse(row: Row): Glimpse {
  return { id: row.id, date: row.body.TxnDate, created: row.created, updated: row.updated, row: () => row };
}

/** A table whose first rows stand in columns and are built when asked for, under a layer of what changed since. */
export class LayeredTable implements Table {
  readonly #base: { readonly count: number; glimpse(id: number): Glimpse };
  readonly #over = new MemoryTable();
  readonly #gone = new Set<string>();
  #replaced = 0;

  constructor(base: { readonly count: number; glimpse(id: number): Glimpse }) {
    this.#base = base;
  }

  get(id: string): Row | undefined {
    const over = this.#over.get(id);
    if (over || this.#gone.has(id) || !this.#inBase(id)) return over;
    return this.#base.glimpse(Number(id)).row();
  }

  put(row: Row): void {
    if (this.#inBase(row.id) && !this.#over.get(row.id)) {
      this.#gone.delete(row.id);
      this.#replaced += 1;
    }
    this.#over.put(row);
  }

  remove(id: string): void {
    if (this.#over.get(id)) {
      this.#over.remove(id);
      if (this.#inBase(id)) this.#replaced -= 1;
    }
    if (this.#inBase(id)) this.#gone.add(id);
  }

  *glimpses(): Iterable<Glimpse> {
    for (let id = 1; id <= this.#base.count; id++) {
      const key = String(id);
      const over = this.#over.get(key);
      if (over) yield glimpse(over);
      else if (!this.#gone.has(key)) yield this.#base.glimpse(id);
    }
    for (const one of this.#over.glimpses()) if (!this.#inBase(one.id)) yield one;
  }

  size(): number {
    return this.#base.count - this.#gone.size - this.#replaced + this.#over.size();
  }

  nextId(): number {
    return Math.max(this.#base.count + 1, this.#over.nextId());
  }

  #inBase(id: string): boolean {
    const number = Number(id);
    return Number.isInteger(number) && number >= 1 && number <= this.#base.count && String(number) === id;
  }
}
