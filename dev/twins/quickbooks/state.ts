import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Hand } from "./clock.ts";
import { Spec } from "./companies/registry.ts";
import type { Body } from "./company/body.ts";
import type { Company } from "./company/company.ts";
import { SavedOAuth } from "./oauth/chains.ts";
import { WebhookSettings } from "./webhooks/webhooks.ts";
import { isObject, parseJson } from "./json.ts";

const MannerShape = z.object({
  environment: z.enum(["sandbox", "production"]),
  userMayRead: z.boolean(),
  cdcLimit: z.number(),
  cdcCap: z.enum(["total", "entity"]),
});

/** Everything but the books themselves, in one small file. */
export const Saved = z.object({
  oauth: SavedOAuth,
  clock: z.record(z.string(), Hand),
  specs: z.array(Spec),
  manners: z.record(z.string(), MannerShape),
  webhooks: WebhookSettings,
});
export type Saved = z.infer<typeof Saved>;

const Kept = z.union([
  z.object({
    e: z.string(),
    i: z.string(),
    r: z.object({ sync: z.number(), created: z.number(), updated: z.number(), body: z.unknown() }).nullable(),
    at: z.number(),
  }),
  z.object({
    profile: z.looseObject({}),
    sync: z.number(),
    at: z.number(),
    hidden: z.array(
      z.object({
        id: z.string(),
        date: z.string(),
        type: z.string(),
        memo: z.string(),
        postings: z.array(z.object({ account: z.string(), amount: z.number() })),
      }),
    ),
  }),
]);

const DELAY_MS = 100;

/** Keeps a twin in a directory: one file of state, and for each company a journal of what changed since it was built. */
export class StateDir {
  readonly #dir: string;
  readonly #snapshot: () => Saved;
  readonly #lines = new Map<string, string[]>();
  #dirty = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(dir: string, snapshot: () => Saved) {
    this.#dir = join(dir, "quickbooks");
    this.#snapshot = snapshot;
    mkdirSync(this.#dir, { recursive: true });
  }

  /** What an earlier process left, if it can be read. */
  load(): Saved | null {
    const path = join(this.#dir, "state.json");
    if (!existsSync(path)) return null;
    const parsed = Saved.safeParse(parseJson(readFileSync(path, "utf8")));
    return parsed.success ? parsed.data : null;
  }

  /** Plays a company's journal over what its template built, then keeps what comes. */
  attach(company: Company): void {
    const path = this.#journal(company.realm);
    const kept = existsSync(path) ? readFileSync(path, "utf8") : "";
    for (const line of kept.split("\n")) if (line !== "") play(company, parseJson(line));
    // what comes after half a line would be lost with it
    if (kept !== "" && !kept.endsWith("\n")) appendFileSync(path, "\n");
    company.listeners.push(({ entity, id, deletedId, row, at }) => {
      if (!row) this.#write(company.realm, { e: entity, i: deletedId ?? id, r: null, at });
      else this.#write(company.realm, { e: entity, i: id, r: { sync: row.sync, created: row.created, updated: row.updated, body: row.body }, at });
    });
    company.profileListeners.push(() =>
      this.#write(company.realm, { profile: company.profile, sync: company.profileSync, at: company.profileUpdated, hidden: company.hidden }),
    );
  }

  forget(realm: string): void {
    this.#lines.delete(realm);
    rmSync(this.#journal(realm), { force: true });
  }

  touch(): void {
    this.#dirty = true;
    this.#timer ??= setTimeout(() => this.flush(), DELAY_MS);
    this.#timer.unref();
  }

  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    for (const [realm, lines] of this.#lines) appendFileSync(this.#journal(realm), `${lines.join("\n")}\n`);
    this.#lines.clear();
    if (!this.#dirty) return;
    this.#dirty = false;
    const path = join(this.#dir, "state.json");
    writeFileSync(`${path}.new`, JSON.stringify(this.#snapshot()));
    renameSync(`${path}.new`, path);
  }

  #write(realm: string, line: object): void {
    const lines = this.#lines.get(realm) ?? [];
    this.#lines.set(realm, lines);
    lines.push(JSON.stringify(line));
    this.touch();
  }

  #journal(realm: string): string {
    return join(this.#dir, `${realm}.jsonl`);
  }
}

/** A line cut off by the end of a process is passed over. */
function play(company: Company, line: unknown): void {
  const parsed = Kept.safeParse(line);
  if (!parsed.success) return;
  const kept = parsed.data;
  if ("profile" in kept) {
    company.profile = { ...company.profile, ...kept.profile };
    company.profileSync = kept.sync;
    company.profileUpdated = kept.at;
    company.hidden.splice(0, company.hidden.length, ...kept.hidden);
    return;
  }
  const { e, i, r, at } = kept;
  // safe: the journal holds bodies that were parsed when they were written
  const body = r && isObject(r.body) ? (r.body as Body) : null;
  company.restore(e, i, r && body ? { id: i, sync: r.sync, created: r.created, updated: r.updated, body } : null, at);
}
