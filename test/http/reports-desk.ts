import { env } from "cloudflare:test";
import { neonConfig } from "@neondatabase/serverless";
import { systemActor } from "../../src/core/actor.ts";
import type { Env } from "../../src/env.ts";
import { explainReport } from "../../src/features/reports/explain-report.ts";
import type { Line, Report } from "../../src/features/reports/report.ts";
import { createServices, onBehalf, type Runtime } from "../../src/runtime.ts";
import { asOwner } from "../owner.ts";

/** The features themselves, as a queue calls them: no gate to wait for, and every effect passes through a hand. */
export type Desk = Runtime & { actor: ReturnType<typeof systemActor> };

/** What an effect comes to. A killed process does no more: its promise never settles. */
export type Fate = (name: string, act: () => Promise<unknown>) => Promise<unknown>;

/** Who a person of the front door is. */
export function userIdOf({ accessToken }: { accessToken: string }): string {
  const claims = (accessToken.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  return (JSON.parse(atob(claims)) as { sub: string }).sub;
}

/** A person who was never at the front door, with books of their own. */
export async function somebody(): Promise<{ userId: string; accountId: string }> {
  const [userId, accountId] = [crypto.randomUUID(), crypto.randomUUID()];
  await asOwner("insert into users (id, name, email, password_hash, created_at, updated_at) values ($1, 'x', $2, 'x', now(), now())", [
    userId,
    `${userId}@example.com`,
  ]);
  await asOwner(
    "insert into accounts (id, user_id, service_name, display_name, status, created_at, updated_at) values ($1, $2, 'manual', 'x', 'connected', now(), now())",
    [accountId, userId],
  );
  return { userId, accountId };
}

export const plainly: Fate = (_, act) => act();

/** Ctx of `userId`. Its calls to the database and its files go through `fate`; `later` milliseconds from now. */
export function deskOf(userId: string, fate: Fate = plainly, later = 0): Desk {
  const services = createServices(env as unknown as Env, "reports", () => undefined);
  neonConfig.fetchFunction = (url: string, init: RequestInit) => fate(`database ${statements(init)}`, () => fetch(url, init));
  const files = new Proxy(services.files, {
    get: (target, name) => {
      const method = Reflect.get(target, name) as (...input: unknown[]) => Promise<unknown>;
      return (...input: unknown[]) => fate(`files ${String(name)}`, () => method(...input));
    },
  });
  // a machine that tests on all its cores answers late: what is tested here is no time-out.
  // Not longer: workerd keeps each for its whole time, and 10,000 of them at most
  const dbAs: Desk["dbAs"] = (who, timeoutMs = 0, stamp) => services.dbAs(who, Math.max(timeoutMs, 12_000), stamp);
  return onBehalf({ ...services, dbAs, files, now: () => new Date(Date.now() + later) }, systemActor(userId));
}

function statements(init: RequestInit): string {
  const { queries = [] } = JSON.parse(String(init.body)) as { queries?: { query: string }[] };
  return queries.map((one) => one.query).join("; ");
}

/** An amount as ten-thousandths. */
export function exact(text: string): bigint {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  return BigInt(whole + fraction.padEnd(4, "0")) * (text.startsWith("-") ? -1n : 1n);
}

type Cell = { line: Line; amount: string; column: number };

/** Every cell of a report that its rows do not add up to, and how many cells there are. `some` of them, or all. */
export async function unexplained(desk: Desk, report: Report, limit: number, some: (index: number) => boolean = () => true) {
  const lines = [...(report.figures?.lines ?? []), ...(report.figures?.totals ?? [])];
  const cells: Cell[] = lines.flatMap((line) => line.amounts.map((amount, column) => ({ line, amount, column }))).filter((_, index) => some(index));
  const check = async ({ line, amount, column }: Cell) => {
    let [sum, count] = [0n, 0];
    for (let cursor: string | undefined; ;) {
      const page = await explainReport(desk, report.id, { line: line.key, column, limit, cursor });
      for (const row of page.data) sum += exact(row.amount);
      count += page.data.length;
      if (page.nextCursor === null) return sum === exact(amount) && count === page.count ? [] : [`${line.name}, column ${column}: ${amount}, its rows ${sum}`];
      cursor = page.nextCursor;
    }
  };
  const wrong: string[] = [];
  for (let at = 0; at < cells.length; at += 4) wrong.push(...(await Promise.all(cells.slice(at, at + 4).map(check))).flat());
  return { wrong, cells: cells.length };
}
