import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { describe, it } from "vitest";
import { retryDelay } from "../../src/jobs/consume.ts";
import { Problem } from "../../src/core/errors.ts";
import { Message } from "../../src/jobs/messages.ts";
import worker from "../../src/worker.ts";
import { chance } from "../chance.ts";
import { connected, freshCompany } from "../http/accounts-twin.ts";
import { workerBehindFaults } from "../outages/behind.ts";
import { asOwner } from "../owner.ts";
import { freshAddress, freshEmail, inbox, PASSWORD, person, type Person, synced } from "../person.ts";

type Sent = { body: unknown; queue: "work" | "sync" };

/** A Worker whose messages are kept instead of delivered. */
function withoutQueue() {
  const behind = workerBehindFaults();
  const sent: Sent[] = [];
  const keeping = (queue: Sent["queue"]) => ({ send: async (body: unknown) => void sent.push({ body, queue }) });
  Object.assign(behind.bindings, { WORK_QUEUE: keeping("work"), DETECT_QUEUE: keeping("work"), SYNC_QUEUE: keeping("sync") });
  const deliver = async (queue: string, bodies: readonly unknown[], attempts = 1) => {
    const batch = createMessageBatch(
      queue,
      bodies.map((body, i) => ({ id: `m${i}`, timestamp: new Date(), attempts, body })),
    );
    const context = createExecutionContext();
    await worker.queue(batch, behind.bindings as never, context);
    return getQueueResult(batch, context);
  };
  return { ...behind, sent, deliver };
}
type Quiet = ReturnType<typeof withoutQueue>;

const idOf = async (who: Person) => String((await asOwner("select id from users where email = $1", [who.email]))[0]?.["id"]);
const call = (quiet: Quiet, who: Person, method: string, path: string, body: unknown) =>
  quiet.call(method, path, { body, headers: { authorization: `Bearer ${who.accessToken}`, "cf-connecting-ip": who.ip } });

/** Something of every kind to be done: a mail, a report, an export, a sync. Returns the messages. */
async function workFor(quiet: Quiet, who: Person): Promise<Sent[]> {
  const from = quiet.sent.length;
  const accountId = await connected(who, await freshCompany(2));
  await synced(who, accountId);
  await quiet.call("POST", "/auth/forgot-password", { body: { email: who.email }, headers: { "cf-connecting-ip": freshAddress() } });
  await call(quiet, who, "POST", "/me/export", {});
  await call(quiet, who, "POST", `/accounts/${accountId}/sync`, {});
  await quiet.break("files", "reset");
  await call(quiet, who, "POST", "/reports", { type: "transactions", from: "2026-01-01", to: "2026-01-31" });
  await quiet.mend();
  for (let tries = 0; quiet.sent.length < from + 4 && tries < 50; tries++) await new Promise((done) => setTimeout(done, 100));
  return quiet.sent.slice(from);
}

/** What came of it all, with nothing in it that differs from run to run. */
async function effects(who: Person): Promise<unknown> {
  const userId = await idOf(who);
  const count = async (text: string) => Number((await asOwner(text, [userId]))[0]?.["n"]);
  return {
    audit: await asOwner("select action, count(*)::int as n from audit_events where user_id = $1 group by 1 order by 1", [userId]),
    mails: (await inbox(who.email)).map((mail) => mail.subject).sort(),
    reports: await asOwner("select status, rows from reports where user_id = $1", [userId]),
    exports: await asOwner("select status from person_exports where user_id = $1", [userId]),
    runs: await asOwner("select trigger, phase, incomplete from sync_runs where user_id = $1 order by created_at", [userId]),
    tokens: await count("select count(*) n from one_time_tokens where user_id = $1 and used_at is null"),
    open: await count("select count(*) n from sync_runs where user_id = $1 and finished_at is null"),
  };
}

/** Every message one to five times, in an order that the seed says, until the queue is empty: what is sent meanwhile is delivered as often. */
async function drain(quiet: Quiet, messages: readonly Sent[], { below, shuffled }: ReturnType<typeof chance>, most: number): Promise<void> {
  const often = (all: readonly Sent[]) => shuffled(all.flatMap((one) => Array.from({ length: 1 + below(most) }, () => one)));
  let left = often(messages);
  for (let round = 0; left.length > 0 && round < 30; round++) {
    const from = quiet.sent.length;
    const again: Sent[] = [];
    for (const one of left) if ((await quiet.deliver(one.queue, [one.body])).retryMessages.length > 0) again.push(one);
    left = [...again, ...often(quiet.sent.slice(from))];
  }
}

describe("a message", () => {
  it("[K1] delivered one to five times, in any order, does what it does once", { timeout: 90_000 }, async ({ expect }) => {
    const quiet = withoutQueue();
    const [ada, bob] = [await person(), await person()];
    const [once, often] = [await workFor(quiet, ada), await workFor(quiet, bob)];
    expect(once.map((one) => (one.body as { type: string }).type).sort()).toEqual(["export", "mail", "report", "sync"]);
    await drain(quiet, once, chance(1), 1);
    await drain(quiet, often, chance(1), 5);
    expect(await effects(bob)).toEqual(await effects(ada));
    expect(await effects(ada)).toMatchObject({ open: 0, reports: [{ status: "ready" }], exports: [{ status: "ready" }] });
  });

  it("[K1] that fails is the only one of its ten that comes back, and then succeeds; nothing is sent twice", async ({ expect }) => {
    const quiet = withoutQueue();
    const people = await Promise.all(Array.from({ length: 10 }, () => person()));
    for (const who of people)
      await quiet.call("POST", "/auth/forgot-password", { body: { email: who.email }, headers: { "cf-connecting-ip": freshAddress() } });
    for (let tries = 0; quiet.sent.length < 10 && tries < 50; tries++) await new Promise((done) => setTimeout(done, 100));
    const bodies = quiet.sent.map((one) => one.body);
    await quiet.break("mail", "500", 7, 1);
    const first = await quiet.deliver("work", bodies);
    expect([first.explicitAcks.length, first.retryMessages.map((one) => one.msgId)]).toEqual([9, ["m7"]]);
    await quiet.mend();
    const second = await quiet.deliver("work", bodies);
    expect([second.explicitAcks.length, second.retryMessages.length]).toEqual([10, 0]);
    for (const who of people) expect([who.email, (await inbox(who.email)).length]).toEqual([who.email, 1]);
  });

  it("[K4] is ids alone: the largest is under a kilobyte, and nothing that a person said or holds is in any", { timeout: 60_000 }, async ({ expect }) => {
    const quiet = withoutQueue();
    const [ada, email, canary] = [await person(), freshEmail(), `canary-${crypto.randomUUID()}`];
    await quiet.call("POST", "/auth/signup", {
      body: { name: canary, email, password: `${PASSWORD} ${canary}` },
      headers: { "cf-connecting-ip": freshAddress() },
    });
    await workFor(quiet, ada);
    await call(quiet, ada, "DELETE", "/me", undefined);
    expect(quiet.sent.length).toBeGreaterThanOrEqual(5);
    for (const { body } of quiet.sent) {
      const text = JSON.stringify(body);
      expect([text.length < 1_024, Message.safeParse(body).success]).toEqual([true, true]);
      for (const secret of [canary, email, ada.email, ada.accessToken, ada.refreshToken]) expect(text).not.toContain(secret);
      const { type, ...ids } = body as Record<string, string>;
      for (const [name, id] of Object.entries(ids)) expect([type, name, /^[0-9a-f-]{36}$/.test(id)]).toEqual([type, name, true]);
    }
    expect(Message.safeParse({ ...(quiet.sent[0]?.body as object), note: canary }).success).toBe(false);
  });
});

describe("a message that cannot succeed", () => {
  const kept = (text: string) =>
    asOwner<{ cause: string; attempts: number; queue: string }>("select cause, attempts, queue from dead_letters where message::text like $1", [`%${text}%`]);

  it("[K2] of an unknown shape is put aside at once, with its cause; those beside it are done", async ({ expect }) => {
    const quiet = withoutQueue();
    const ada = await person();
    await quiet.call("POST", "/auth/forgot-password", { body: { email: ada.email }, headers: { "cf-connecting-ip": freshAddress() } });
    for (let tries = 0; quiet.sent.length < 1 && tries < 50; tries++) await new Promise((done) => setTimeout(done, 100));
    const marker = crypto.randomUUID();
    const result = await quiet.deliver("work", [{ type: "mail", version: 9, marker }, ...quiet.sent.map((one) => one.body)]);
    expect([result.explicitAcks.length, result.retryMessages.length]).toEqual([2, 0]);
    expect(await kept(marker)).toEqual([{ cause: "unreadable message", attempts: 1, queue: "work" }]);
    expect((await inbox(ada.email)).length).toBe(1);
  });

  it("[K2] is retried, then kept from the dead-letter queue with its attempts and can be played again", async ({ expect }) => {
    const quiet = withoutQueue();
    const [userId, mailId] = [crypto.randomUUID(), crypto.randomUUID()];
    const body = { type: "mail", userId, requestId: crypto.randomUUID(), mailId };
    await quiet.break("postgres", "500");
    const failing = await quiet.deliver("work", [body], 5);
    expect([failing.explicitAcks, failing.retryMessages.length]).toEqual([[], 1]);
    await quiet.mend();
    const dead = await quiet.deliver("work-dead", [body], 6);
    expect(dead.explicitAcks).toEqual(["m0"]);
    expect(await kept(mailId)).toEqual([{ cause: "retries exhausted", attempts: 6, queue: "work" }]);
    // played again, it is as harmless as any other
    expect((await quiet.deliver("work", [body])).explicitAcks).toEqual(["m0"]);
  });

  it("[K3] comes back after ten seconds doubled each time, at most twelve hours, with jitter; what was refused does not", ({ expect }) => {
    const chance = (byte: number) => (length: number) => new Uint8Array(length).fill(byte);
    for (let attempts = 1; attempts <= 20; attempts++) {
      const plain = Math.min(10 * 2 ** attempts, 43_200);
      const [least, most] = [retryDelay(new Error("x"), attempts, chance(0)), retryDelay(new Error("x"), attempts, chance(255))];
      expect(least).toBe(plain);
      expect(most).toBeLessThanOrEqual(Math.min(plain * 1.25, 43_200));
      expect(most).toBeGreaterThanOrEqual(plain);
    }
    expect(retryDelay(new Problem("unavailable", { retryAfterSeconds: 3_600 }), 1, chance(0))).toBe(3_600);
    expect(retryDelay(new Problem("unavailable", { retryAfterSeconds: 1e9 }), 1, chance(255))).toBe(43_200);
    expect(retryDelay(new Problem("not_found"), 1, chance(0))).toBeNull();
    expect(retryDelay(new Error("drizzle", { cause: new Problem("conflict") }), 1, chance(0))).toBeNull();
  });
});
