import type { Body } from "./body.ts";
import { STORED } from "./entities.ts";
import { keyOf, linksOf, type Links } from "./links.ts";
import { MemoryTable, type Row, type Table, type Tombstone } from "./table.ts";

export type Profile = {
  name: string;
  country: string;
  home: string;
  /** 1 is January. */
  fiscalStart: number;
  multiCurrency: boolean;
  reportBasis: "Accrual" | "Cash";
  bookClose: string | null;
  lapsed: boolean;
  /** Home units for one foreign unit on an average day. */
  rates: Record<string, number>;
};

export type Operation = "Create" | "Update" | "Delete" | "Void" | "Merge";
export type Change = {
  readonly entity: string;
  readonly id: string;
  readonly operation: Operation;
  readonly at: number;
  readonly row: Row | undefined;
  readonly deletedId?: string;
};

/** What QuickBooks posts of itself, without an object that anybody can read. */
export type Hidden = {
  readonly id: string;
  readonly date: string;
  readonly type: string;
  readonly memo: string;
  readonly postings: readonly { readonly account: string; readonly amount: number }[];
};

/** One company file: its objects, who refers to whom, and a version that every change raises. */
export class Company {
  readonly realm: string;
  profile: Profile;
  profileSync = 0;
  readonly created: number;
  profileUpdated: number;
  readonly hidden: Hidden[] = [];
  readonly listeners: ((change: Change) => void)[] = [];
  readonly profileListeners: (() => void)[] = [];
  version = 0;
  readonly #tables = new Map<string, Table>();
  readonly #gone = new Map<string, Map<string, Tombstone>>();
  readonly #sources = new Map<string, Map<string, Links[number]>>();
  readonly #clock: () => number;
  #at: number | null = null;

  constructor(realm: string, profile: Profile, clock: () => number, created: number, tables: Readonly<Record<string, Table>> = {}) {
    this.realm = realm;
    this.profile = profile;
    this.#clock = clock;
    for (const [index, entity] of STORED.entries()) {
      this.#tables.set(entity, tables[entity] ?? new MemoryTable(1 + index * 7));
      this.#gone.set(entity, new Map());
    }
    this.created = created;
    this.profileUpdated = this.created;
  }

  /** Whole seconds: QuickBooks stamps no finer. */
  now(): number {
    return Math.floor((this.#at ?? this.#clock()) / 1000) * 1000;
  }

  /** The time to the millisecond, for the `time` of replies. */
  exactly(): number {
    return this.#at ?? this.#clock();
  }

  /** Runs `act` as if it were another moment: how templates and histories are written. */
  during<T>(at: number, act: () => T): T {
    const before = this.#at;
    this.#at = at;
    try {
      return act();
    } finally {
      this.#at = before;
    }
  }

  table(entity: string): Table {
    const found = this.#tables.get(entity);
    if (!found) throw new RangeError(`no table of ${entity}`);
    return found;
  }

  get(entity: string, id: string): Row | undefined {
    return this.table(entity).get(id);
  }

  tombstones(entity: string): Iterable<Tombstone> {
    return this.#gone.get(entity)?.values() ?? [];
  }

  /** Who refers to an object: payments of an invoice, the deposit of a payment. Oldest first. */
  sourcesOf(entity: string, id: string): Links {
    return [...(this.#sources.get(keyOf(entity, id))?.values() ?? [])];
  }

  insert(entity: string, body: Body): Row {
    const at = this.now();
    const row = { id: String(this.table(entity).nextId()), sync: 0, created: at, updated: at, body };
    this.commit(entity, row, "Create");
    return row;
  }

  replace(entity: string, row: Row, body: Body, operation: Operation = "Update"): Row {
    const next = { ...row, sync: row.sync + 1, updated: Math.max(this.now(), row.created), body };
    this.commit(entity, next, operation);
    return next;
  }

  erase(entity: string, row: Row, mergedInto?: string): void {
    this.table(entity).remove(row.id);
    const at = this.now();
    this.#gone.get(entity)?.set(row.id, { id: row.id, updated: at });
    this.#relink(entity, row.id, row, undefined);
    this.#tell({
      entity,
      id: mergedInto ?? row.id,
      operation: mergedInto ? "Merge" : "Delete",
      at,
      row: undefined,
      ...(mergedInto ? { deletedId: row.id } : {}),
    });
  }

  commit(entity: string, row: Row, operation: Operation): void {
    const before = this.get(entity, row.id);
    this.table(entity).put(row);
    this.#gone.get(entity)?.delete(row.id);
    this.#relink(entity, row.id, before, row);
    this.#tell({ entity, id: row.id, operation, at: row.updated, row });
  }

  /** Puts back what a journal kept, without stamping or telling. */
  restore(entity: string, id: string, row: Row | null, at: number): void {
    const before = this.get(entity, id);
    if (row) {
      this.table(entity).put(row);
      this.#gone.get(entity)?.delete(id);
    } else {
      this.table(entity).remove(id);
      this.#gone.get(entity)?.set(id, { id, updated: at });
    }
    this.#relink(entity, id, before, row ?? undefined);
    this.version += 1;
  }

  addHidden(hidden: Omit<Hidden, "id">): Hidden {
    const added = { ...hidden, id: String(900_000 + this.hidden.length) };
    this.hidden.push(added);
    this.version += 1;
    for (const listener of this.profileListeners) listener();
    return added;
  }

  changeProfile(change: Partial<Profile>): void {
    this.profile = { ...this.profile, ...change };
    this.profileSync += 1;
    this.profileUpdated = this.now();
    this.version += 1;
    for (const listener of this.profileListeners) listener();
  }

  #relink(entity: string, id: string, before: Row | undefined, after: Row | undefined): void {
    const source = keyOf(entity, id);
    for (const link of before ? linksOf(entity, before) : []) this.#sources.get(link.target)?.delete(source);
    for (const link of after ? linksOf(entity, after) : []) {
      const sources = this.#sources.get(link.target) ?? new Map<string, Links[number]>();
      sources.set(source, link);
      this.#sources.set(link.target, sources);
    }
  }

  #tell(change: Change): void {
    this.version += 1;
    for (const listener of this.listeners) listener(change);
  }
}
