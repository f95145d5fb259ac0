import { env } from "cloudflare:test";
import { describe, it } from "vitest";
import { getReport } from "../../src/features/reports/get-report.ts";
import { makeReport } from "../../src/features/reports/make-report.ts";
import type { Parameters } from "../../src/features/reports/report.ts";
import { asOwner } from "../owner.ts";
import { type Desk, deskOf, type Fate, plainly, somebody } from "./reports-desk.ts";

const LONG = process.env["PROVE"] === "1";
const LEASE_PASSED_MS = 100_000;
const MARCH: Parameters = { type: "transactions", from: "2026-03-01", to: "2026-03-31", basis: "accrual", compare: "none", columns: "total" };

/** Long rows, so that few of them fill several parts of an upload. */
async function fill(who: { userId: string; accountId: string }, rows: number): Promise<void> {
  await asOwner(
    `insert into transactions (id, user_id, account_id, source, transaction_date, amount, currency, category, description, kind, moved_cash, created_at, updated_at)
     select md5($1::uuid::text || i)::uuid, $1::uuid, $2::uuid, 'manual', date '2026-03-01' + i % 31, i, 'USD', 'C', repeat('long, "wide" ', 100) || i, 'manual', true, '2026-01-01', '2026-01-01' from generate_series(1, $3::int) i`,
    [who.userId, who.accountId, rows],
  );
}

async function ordered(userId: string, parameters: Parameters): Promise<string> {
  const id = crypto.randomUUID();
  await asOwner("insert into reports (id, user_id, report_type, parameters, status, created_at) values ($1, $2, $3, $4, 'queued', now())", [
    id,
    userId,
    parameters.type,
    JSON.stringify(parameters),
  ]);
  return id;
}

/** The file as it stands in the bucket, by its hash; null while the report is not ready. */
async function fileOf(userId: string, id: string): Promise<string | null> {
  const [row] = await asOwner<{ status: string; object_key: string; bytes: string }>("select status, object_key, bytes from reports where id = $1", [id]);
  if (row?.status !== "ready") return null;
  const object = await (env as unknown as { FILES: R2Bucket }).FILES.get(`${userId}/${row.object_key}`);
  if (!object || object.size !== Number(row.bytes)) throw new Error("a ready report without its whole file");
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", await object.arrayBuffer()))].join(".");
}

/** The process dies after its n-th effect, or lives and never learns that it happened. */
function fatal(nth: number, how: "killed" | "reply lost"): { fate: Fate; died: Promise<"died"> } {
  let count = 0;
  let died: (word: "died") => void;
  const gone = new Promise<"died">((done) => (died = done));
  const fate: Fate = async (_, act) => {
    if (how === "killed" && count >= nth) return new Promise(() => undefined);
    const result = await act();
    if (++count !== nth) return result;
    if (how === "reply lost") throw new TypeError("connection lost");
    died("died");
    return new Promise(() => undefined);
  };
  return { fate, died: gone };
}

/** Processes of the same report, one after another, until it is ready. */
async function finished(userId: string, id: string): Promise<void> {
  for (let tries = 1; tries < 6; tries++) {
    await makeReport(deskOf(userId, plainly, tries * LEASE_PASSED_MS), id).catch(() => undefined);
    if ((await fileOf(userId, id)) !== null) return;
  }
  throw new Error("the report did not become ready");
}

const CASES: { name: string; of: Parameters; rows: number }[] = [
  { name: "a list of two parts", of: MARCH, rows: 4_100 },
  { name: "a report of figures", of: { ...MARCH, type: "category_breakdown" }, rows: 10 },
];

describe.each(CASES)("$name", ({ of, rows }) => {
  it(
    "that is killed after any effect, or loses its reply, is finished by whoever comes next, and is no link before it is whole",
    { timeout: 300_000 },
    async ({ expect }) => {
      const who = await somebody();
      await fill(who, rows);
      const effects: string[] = [];
      const first = await ordered(who.userId, of);
      await makeReport(
        deskOf(who.userId, (name, act) => {
          effects.push(name);
          return act();
        }),
        first,
      );
      const whole = await fileOf(who.userId, first);
      expect(whole).not.toBeNull();
      expect(effects.filter((name) => name.startsWith("files addPart")).length).toBe(of.type === "transactions" ? 2 : 0);
      const hows = LONG ? (["killed", "reply lost"] as const) : (["killed"] as const);
      for (const how of hows) {
        for (let nth = 1; nth <= effects.length; nth++) {
          // in a short run of a long file, where its upload changes
          if (!LONG && rows > 100 && !effects[nth - 1]?.startsWith("files")) continue;
          const id = await ordered(who.userId, of);
          const { fate, died } = fatal(nth, how);
          await Promise.race([makeReport(deskOf(who.userId, fate), id).catch(() => undefined), died]);
          const at = `${how} after ${effects[nth - 1]?.slice(0, 60)} (${nth} of ${effects.length})`;
          const seen = await getReport(deskOf(who.userId), id);
          expect([seen.downloadUrl === null, seen.chartUrl === null], at).toEqual(seen.status === "ready" ? [false, of.type === "transactions"] : [true, true]);
          await finished(who.userId, id);
          expect(await fileOf(who.userId, id), at).toBe(whole);
        }
      }
    },
  );
});

describe("a list", () => {
  const anothers = (who: { userId: string; accountId: string }, day: string) =>
    asOwner(
      `with raised as (update users set data_version = data_version + 1 where id = $1 returning data_version)
       insert into transactions (id, user_id, account_id, source, transaction_date, amount, currency, kind, moved_cash, data_version, created_at, updated_at)
       select gen_random_uuid(), $1::uuid, $2::uuid, 'manual', $3::date, 1, 'USD', 'manual', true, data_version, now(), now() from raised`,
      [who.userId, who.accountId, day],
    );

  it("is begun anew when the books change while it is written, and is then of the newest version", { timeout: 60_000 }, async ({ expect }) => {
    const who = await somebody();
    await fill(who, 4_100);
    const id = await ordered(who.userId, MARCH);
    let pages = 0;
    const desk = deskOf(who.userId, async (name, act) => {
      const result = await act();
      if (/order by .*transaction_date/.test(name) && ++pages === 1) await anothers(who, "2026-03-01");
      return result;
    });
    await makeReport(desk, id);
    const report = await getReport(deskOf(who.userId), id);
    expect([report.status, report.rows, report.dataVersion]).toEqual(["ready", 4_101, 1]);
    expect(pages).toBeGreaterThan(2);
  });

  it("over books that never rest is written all the same, and is taken for no version's", { timeout: 60_000 }, async ({ expect }) => {
    const who = await somebody();
    await fill(who, 4_100);
    const id = await ordered(who.userId, MARCH);
    const desk = deskOf(who.userId, async (name, act) => {
      const result = await act();
      if (/order by .*transaction_date/.test(name)) await anothers(who, "2026-03-31");
      return result;
    });
    await makeReport(desk, id);
    const report = await getReport(deskOf(who.userId), id);
    expect([report.status, report.dataVersion, (report.rows ?? 0) >= 4_100]).toEqual(["ready", null, true]);
  });

  it("that another took over is left to them: their file stays as it is", { timeout: 60_000 }, async ({ expect }) => {
    const who = await somebody();
    await fill(who, 1_000);
    const id = await ordered(who.userId, MARCH);
    let wake: () => void = () => undefined;
    const asleep = new Promise<void>((done) => (wake = done));
    let stalls: () => void = () => undefined;
    const stalled = new Promise<void>((done) => (stalls = done));
    const slow: Desk = deskOf(who.userId, async (name, act) => {
      if (name === "files finish") {
        stalls();
        await asleep;
      }
      return act();
    });
    const late = makeReport(slow, id).catch(() => undefined);
    await stalled;
    await makeReport(deskOf(who.userId, plainly, LEASE_PASSED_MS), id);
    const theirs = await fileOf(who.userId, id);
    await anothers(who, "2026-03-01");
    wake();
    await late;
    expect([theirs === null, await fileOf(who.userId, id)]).toEqual([false, theirs]);
  });

  it("that never comes to an end is given up, and says so", async ({ expect }) => {
    const who = await somebody();
    const id = await ordered(who.userId, MARCH);
    await asOwner("update reports set fence = 30 where id = $1", [id]);
    await makeReport(deskOf(who.userId), id);
    const report = await getReport(deskOf(who.userId), id);
    expect([report.status, report.failure, report.downloadUrl]).toEqual(["failed", "internal", null]);
  });
});
