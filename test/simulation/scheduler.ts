/** One effect at a time, chosen by a seed: what happens between any two effects of any two processes is chance, and repeats. */
import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";

export type Random = { next(): number; int(from: number, to: number): number; chance(probability: number): boolean };

/** xorshift over a hashed seed: enough for choices, and the same everywhere. */
export function createRandom(seed: string): Random {
  const digest = createHash("sha256").update(seed).digest();
  let [a, b] = [digest.readUInt32LE(0) || 1, digest.readUInt32LE(4) || 2];
  const next = () => {
    const t = a ^ (a << 11);
    a = b;
    b = (b ^ (b >>> 19) ^ (t ^ (t >>> 8))) >>> 0;
    return b / 2 ** 32;
  };
  return { next, int: (from, to) => from + Math.floor(next() * (to - from + 1)), chance: (probability) => next() < probability };
}

/** What may befall an effect: it comes minutes late, the process dies before or after it, or lives and never learns that it happened. */
export type Fate = "done" | "stalled" | "killed-before" | "killed-after" | "reply-lost" | "refused";

type Pending = {
  task: Task;
  name: string;
  act: () => Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  readyAt: number;
  stalled?: boolean;
};
export type Task = { readonly id: number; readonly name: string; readonly died: () => void };

export class Scheduler {
  readonly #here = new AsyncLocalStorage<Task>();
  readonly #history = createHash("sha256");
  #pending: Pending[] = [];
  #running = 0;
  #idle: (() => void) | null = null;
  #tasks = 0;
  now: number;
  steps = 0;
  readonly random: Random;
  /** Decides over each effect. */
  fate: (name: string) => Fate = () => "done";
  /** The last lines of the history: for whoever looks into a failure. */
  readonly tail: string[] = [];

  constructor(seed: string, now: number) {
    this.random = createRandom(seed);
    this.now = now;
  }

  note(line: string): void {
    this.#history.update(`${this.now} ${line}\n`);
    this.tail.push(`${new Date(this.now).toISOString()} ${line}`);
    if (this.tail.length > 400) this.tail.shift();
  }

  hash(): string {
    return this.#history.copy().digest("hex").slice(0, 16);
  }

  /** Starts a process. `ended` is told how; a killed one never ends, and `died` is told. */
  spawn(name: string, run: () => Promise<void>, ended: (error: unknown) => void, died: () => void): void {
    const task = { id: ++this.#tasks, name, died };
    this.#running += 1;
    this.#here.run(task, () => {
      void run().then(
        () => this.#end(task, ended, null),
        (error: unknown) => this.#end(task, ended, error ?? new Error("unknown")),
      );
    });
  }

  #end(task: Task, ended: (error: unknown) => void, error: unknown): void {
    this.note(`${task.name}#${task.id} ended${error instanceof Error ? `: ${because(error)}` : ""}`);
    ended(error);
    this.#yield();
  }

  #yield(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#idle?.();
  }

  /** An effect of the process that asks. Outside of any process it is simply done. */
  readonly effect = <T>(name: string, act: () => Promise<T>, delayMs = 0): Promise<T> => {
    const task = this.#here.getStore();
    if (!task) return act();
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({ task, name, act, resolve: resolve as (value: unknown) => void, reject, readyAt: this.now + delayMs });
      this.#yield();
    });
  };

  #settled(): Promise<void> {
    return this.#running === 0 ? Promise.resolve() : new Promise((done) => (this.#idle = done));
  }

  waiting(): number {
    return this.#pending.length;
  }

  nextReadyAt(): number | null {
    return this.#pending.length === 0 ? null : Math.min(...this.#pending.map((one) => one.readyAt));
  }

  /** Does one ready effect; false when none is ready. */
  async step(): Promise<boolean> {
    await this.#settled();
    this.#idle = null;
    const ready = this.#pending.filter((one) => one.readyAt <= this.now);
    const chosen = ready[this.random.int(0, ready.length - 1)];
    if (!chosen) return false;
    this.#pending = this.#pending.filter((one) => one !== chosen);
    this.steps += 1;
    this.now += this.random.int(3, 300);
    const fate = chosen.stalled ? "done" : this.fate(chosen.name);
    this.note(`${chosen.task.name}#${chosen.task.id} ${chosen.name}${fate === "done" ? "" : ` [${fate}]`}`);
    if (fate === "stalled") this.#pending.push({ ...chosen, stalled: true, readyAt: this.now + this.random.int(60, 400) * 1000 });
    else await this.#perform(chosen, fate);
    await this.#settled();
    this.#idle = null;
    return true;
  }

  async #perform({ task, act, resolve, reject }: Pending, fate: Exclude<Fate, "stalled">): Promise<void> {
    if (fate === "killed-before") return task.died();
    if (fate === "refused") return this.#resume(() => reject(new TypeError("connection refused")));
    const outcome = await act().then(
      (value) => () => resolve(value),
      (error: unknown) => () => reject(error),
    );
    if (fate === "killed-after") return task.died();
    this.#resume(fate === "reply-lost" ? () => reject(new TypeError("connection lost")) : outcome);
  }

  #resume(settle: () => void): void {
    this.#running += 1;
    settle();
  }
}

/** What an error comes of in the end: drivers wrap the text of a statement around it. */
function because(error: Error): string {
  let root = error;
  for (let depth = 0; root.cause instanceof Error && depth < 5; depth++) root = root.cause;
  return `${root.name} ${root.message.slice(0, 80)}`;
}
