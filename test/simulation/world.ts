/** One seeded world: companies that change, people who linked them, processes that fail, and an oracle that knows better. */
import { neonConfig } from "@neondatabase/serverless";
import { createQuickbooksTwin, type QuickbooksTwin } from "../../dev/twins/quickbooks/twin.ts";
import { systemActor } from "../../src/core/actor.ts";
import { completeLink } from "../../src/features/accounts/complete-link.ts";
import { linkAccount } from "../../src/features/accounts/link-account.ts";
import { parkLink } from "../../src/features/accounts/park-link.ts";
import { planSyncs } from "../../src/features/accounts/plan-syncs.ts";
import { fanOut } from "../../src/features/accounts/receive-webhook.ts";
import { runSync } from "../../src/features/accounts/run-sync.ts";
import { wakeDueJobs } from "../../src/features/operations/wake-due-jobs.ts";
import type { SyncMessage, WorkMessage } from "../../src/jobs/messages.ts";
import type { CompanyLimit } from "../../src/objects/company-limit.ts";
import { onBehalf, type Services } from "../../src/runtime.ts";
import { QUICKBOOKS } from "./config.ts";
import type { Machine } from "./machine.ts";
import { type Fate, Scheduler } from "./scheduler.ts";
import { seededBytes, simulatedServices } from "./services.ts";

const START = Date.UTC(2026, 10, 2, 8);
const TICK_MS = 5 * 60_000;
const WORKERS_MOST = 3;
const DELIVERIES_MOST = 9;

type Queued = { message: SyncMessage | WorkMessage; readyAt: number; attempts: number };

export type WorldOptions = { size: number; multiCurrency: boolean; inventory: boolean; faulty: boolean };

export class World {
  readonly seed: string;
  readonly machine: Machine;
  readonly scheduler: Scheduler;
  readonly twin: QuickbooksTwin;
  readonly services: Services;
  readonly realm: string;
  /** Changes replies of QuickBooks on their way: what its own twin would refuse to hold. */
  spoil: (text: string) => string = (text) => text;
  readonly users: string[] = [];
  readonly reconnections = new Set<string>();
  #queue: Queued[] = [];
  #working = 0;
  #nextTick = START + TICK_MS;
  #mutations = 0;
  faulty = false;
  /** How often a sync's message was taken from the queue. */
  deliveries = 0;
  /** What left a process, in order: calls to QuickBooks, messages with their delays, waits, events of the log. */
  readonly traffic: string[] = [];

  constructor(machine: Machine, seed: string, options: WorldOptions, realm?: string) {
    this.machine = machine;
    this.realm = realm ?? "9130350000009001";
    this.seed = seed;
    this.scheduler = new Scheduler(seed, START);
    this.twin = createQuickbooksTwin({ ...QUICKBOOKS, now: () => this.scheduler.now });
    if (realm === undefined)
      this.twin.control.createCompany({
        template: "generated",
        realm: this.realm,
        seed,
        size: options.size,
        months: 30,
        multiCurrency: options.multiCurrency,
        inventory: options.inventory,
        payroll: true,
      });
    const outside = {
      machine,
      now: () => this.scheduler.now,
      pass: () => undefined,
      random: seededBytes(seed),
      quickbooks: { app: { request: async (input: string, init?: RequestInit) => this.asked(input, init) } },
      limits: new Map<string, CompanyLimit>(),
      sent: (message: SyncMessage | WorkMessage, delaySeconds: number) => this.enqueue(message, delaySeconds),
      log: (event: string, fields: Record<string, unknown>) => this.logged(event, fields),
    };
    this.services = { ...simulatedServices(outside, this.scheduler.effect), sleep: (ms) => this.slept(ms) };
    neonConfig.fetchFunction = (url: string, init: RequestInit) => this.scheduler.effect(`database ${statementOf(init)}`, () => fetch(url, init));
    this.scheduler.fate = (name) => this.fateOf(name);
  }

  private async asked(input: string, init?: RequestInit): Promise<Response> {
    const { pathname, searchParams } = new URL(input);
    searchParams.delete("minorversion");
    this.traffic.push(
      `${init?.method ?? "GET"} ${pathname.split(this.realm).at(-1)} ${decodeURIComponent(searchParams.toString().replaceAll("+", " "))}`.trim(),
    );
    const reply = await this.twin.app.request(input, init);
    return new Response(this.spoil(await reply.text()), reply);
  }

  private logged(event: string, fields: Record<string, unknown>): void {
    this.scheduler.note(`  ${event} ${JSON.stringify(fields).slice(0, 300)}`);
    const { accountId: _, runId: __, tid: ___, ...rest } = fields;
    this.traffic.push(`log ${event} ${JSON.stringify(rest)}`);
  }

  private slept(ms: number): Promise<void> {
    this.traffic.push(`sleep ${ms} ms`);
    return this.scheduler.effect("sleep", async () => undefined, ms);
  }

  private fateOf(name: string): Fate {
    const { random } = this.scheduler;
    if (!this.faulty || name.startsWith("sleep")) return "done";
    const draw = random.next();
    if (draw < 0.006) return "killed-before";
    if (draw < 0.012) return "killed-after";
    if (draw < 0.018) return "reply-lost";
    if (draw < 0.024) return "refused";
    if (draw < 0.034) return "stalled";
    return "done";
  }

  private enqueue(message: SyncMessage | WorkMessage, delaySeconds: number): void {
    const { random } = this.scheduler;
    this.traffic.push(`wake ${message.type}${delaySeconds > 0 ? ` in ${delaySeconds} s` : ""}`);
    if (this.faulty && random.chance(0.05)) return;
    const copies = this.faulty && random.chance(0.1) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++)
      this.#queue.push({ message, attempts: 1, readyAt: this.scheduler.now + delaySeconds * 1000 + (this.faulty ? random.int(0, 20_000) : 0) });
  }

  /** Somebody who signs up and links the company, by the way a browser goes. */
  async join(syncFrom?: string): Promise<string> {
    const userId = this.services.id();
    await this.machine.owner.query("insert into users (id, name, email, password_hash, created_at, updated_at) values ($1, 'Simulated', $2, 'x', $3, $3)", [
      userId,
      `${userId}@example.com`,
      new Date(this.scheduler.now).toISOString(),
    ]);
    this.users.push(userId);
    await this.link(userId, syncFrom);
    return userId;
  }

  async link(userId: string, syncFrom?: string): Promise<void> {
    const ctx = onBehalf(this.services, systemActor(userId));
    const { authorizeUrl } = await linkAccount(ctx, { syncFrom });
    const consented = await this.twin.app.request(authorizeUrl, { method: "POST", body: new URLSearchParams({ realmId: this.realm, decision: "allow" }) });
    const query = Object.fromEntries(new URL(consented.headers.get("location") ?? "").searchParams) as { state: string; code: string; realmId: string };
    const parked = await parkLink(this.services, "quickbooks", query);
    if (parked.outcome !== "parked") throw new Error(`parked: ${parked.outcome}`);
    await completeLink(ctx, new URL(parked.location).searchParams.get("linkCode") ?? "");
  }

  /** Somebody works in QuickBooks; its webhook may come late, twice, or not at all. */
  mutate(): void {
    const { random } = this.scheduler;
    const count = random.int(1, 4);
    this.twin.control.mutate(this.realm, { seed: `${this.seed}:${this.#mutations++}`, count, backDays: 900, kinds: KINDS });
    this.scheduler.note(`mutated ${count}`);
    const at = new Date(this.scheduler.now).toISOString();
    const event = { realmId: this.realm, entity: "Purchase", id: "1", operation: "updated", at, eventId: at, deletedId: null } as const;
    for (let copies = random.int(0, 2); copies > 0; copies--) {
      this.scheduler.spawn(
        "webhook",
        () =>
          this.scheduler
            .effect("delivery", async () => undefined, random.int(0, 60_000))
            .then(() => fanOut(this.services, [event]))
            .then(() => undefined),
        () => undefined,
        () => undefined,
      );
    }
  }

  private deliver(queued: Queued): void {
    const { message } = queued;
    this.#working += 1;
    if (message.type === "sync") this.deliveries += 1;
    const again = (seconds: number) => {
      this.#working -= 1;
      if (queued.attempts < DELIVERIES_MOST) this.#queue.push({ ...queued, attempts: queued.attempts + 1, readyAt: this.scheduler.now + seconds * 1000 });
    };
    if (message.type !== "sync") {
      this.#working -= 1;
      return;
    }
    const run = () => runSync(onBehalf(this.services, systemActor(message.userId)), message.runId);
    this.scheduler.spawn(
      "sync",
      run,
      (error) => (error ? again(10 * 2 ** queued.attempts) : (this.#working -= 1)),
      () => again(30),
    );
  }

  private tick(): void {
    this.#nextTick = this.scheduler.now + TICK_MS;
    this.scheduler.spawn(
      "cron",
      async () => void (await planSyncs(this.services), await wakeDueJobs(this.services)),
      () => undefined,
      () => undefined,
    );
  }

  /** Lets the world go on for so many steps, or until nothing happens any more. */
  async run(steps: number, eventChance: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      const { scheduler } = this;
      if (scheduler.random.chance(eventChance)) this.mutate();
      if (scheduler.now >= this.#nextTick) this.tick();
      const ready = this.#queue.filter((one) => one.readyAt <= scheduler.now);
      if (ready.length > 0 && this.#working < WORKERS_MOST) {
        const chosen = ready[scheduler.random.int(0, ready.length - 1)];
        this.#queue = this.#queue.filter((one) => one !== chosen);
        if (chosen) this.deliver(chosen);
      }
      if (await scheduler.step()) continue;
      const times = [scheduler.nextReadyAt(), ...this.#queue.map((one) => one.readyAt), this.#nextTick].filter((time) => time !== null);
      scheduler.now = Math.max(scheduler.now + 1, Math.min(...times));
    }
  }

  /** Nothing of a sync is under way or waiting. */
  async quiet(): Promise<boolean> {
    const { rows } = await this.machine.owner.query<{ open: string }>(
      "select count(*) as open from sync_runs where finished_at is null and user_id = any($1)",
      [this.users],
    );
    return rows[0]?.open === "0" && this.#working === 0;
  }

  /** Goes on until nothing is under way: looked for at every step, since every fiftieth may fall into a tick of cron. */
  async untilQuiet(): Promise<void> {
    await this.run(50, 0);
    for (let step = 0; step < 4_000; step++) {
      if (this.#working === 0 && (await this.quiet())) return;
      await this.run(1, 0);
    }
    throw new Error(`never quiet:\n${this.scheduler.tail.slice(-30).join("\n")}`);
  }

  /** So much later: what is due then is done. */
  async later(ms: number): Promise<void> {
    this.jump(ms);
    await this.run(100, 0);
    await this.untilQuiet();
  }

  /** Takes everybody out of the database again: the next world has the same ids when its seed is the same. */
  async close(): Promise<void> {
    await this.twin.close();
    await this.machine.owner.query("delete from users where id = any($1)", [this.users]);
    await this.machine.owner.query("delete from audit_events where user_id = any($1)", [this.users]);
  }

  /** No process is alive any more: as after a deployment. */
  jump(ms: number): void {
    this.scheduler.now += ms;
    this.scheduler.note(`jumped ${ms}`);
  }
}

export const KINDS = ["amount", "account", "note", "date", "void", "delete", "add", "backdated", "pay", "name", "rate", "foreign"] as const as unknown as (
  | "amount"
  | "void"
)[];

function statementOf(init: RequestInit): string {
  const text = typeof init.body === "string" ? init.body : "";
  const all = [...text.matchAll(/"query":"([^"]{0,60})/g)].map((match) => match[1] ?? "").filter((query) => !query.startsWith("select set_config"));
  return all.join(" | ").replace(/\\n/g, " ").slice(0, 80);
}
