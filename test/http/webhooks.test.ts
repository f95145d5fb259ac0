import { createHmac } from "node:crypto";
import { SELF } from "cloudflare:test";
import { inject } from "vitest";
import { describe, it } from "vitest";
import { workerBehindFaults } from "../outages/behind.ts";
import { API_URL, person } from "../person.ts";
import { asOwner, connected, freshCompany, until } from "./accounts-twin.ts";

const sign = (body: string, token = inject("vars")["QUICKBOOKS_WEBHOOK_TOKEN"] ?? "") => createHmac("sha256", token).update(body).digest("base64");

async function deliver(body: string, signature: string | null, type = "application/json") {
  const started = Date.now();
  const reply = await SELF.fetch(`${API_URL}/webhooks/quickbooks`, {
    method: "POST",
    body,
    headers: { "content-type": type, ...(signature === null ? {} : { "intuit-signature": signature }) },
  });
  await reply.arrayBuffer();
  return { status: reply.status, ms: Date.now() - started };
}

const legacy = (realmId: string, at: Date) =>
  JSON.stringify({
    eventNotifications: [{ realmId, dataChangeEvent: { entities: [{ id: "1", operation: "Update", name: "Purchase", lastUpdated: at.toISOString() }] } }],
  });
const cloud = (realmId: string, at: Date) =>
  JSON.stringify([
    {
      specversion: "1.0",
      id: crypto.randomUUID(),
      source: "intuit.x",
      type: "qbo.purchase.updated.v1",
      time: at.toISOString().replace("Z", "179853Z"),
      intuitentityid: "1",
      intuitaccountid: realmId,
      data: {},
    },
  ]);

async function linked() {
  const ada = await person();
  const realm = await freshCompany();
  const id = await connected(ada, realm);
  await until(async () => (await ada.get<{ lastSyncedAt: string | null }>(`/accounts/${id}`)).body.lastSyncedAt);
  const runs = async () => Number((await asOwner("select count(*) from sync_runs where account_id = $1 and trigger = 'webhook'", [id]))[0]?.[0] ?? 0);
  return { ada, realm, id, runs };
}

describe("QuickBooks' webhooks", () => {
  it("[I5] refuse a wrong signature, a changed byte, a body that was serialised again, and what is not theirs; nothing is written", async ({ expect }) => {
    const { realm, id } = await linked();
    const written = async () =>
      (
        await asOwner(
          "select a.next_sync_at, a.updated_at, (select count(*) from sync_runs r where r.account_id = a.id), (select count(*) from audit_events e where e.user_id = a.user_id) from accounts a where a.id = $1",
          [id],
        )
      )[0];
    const before = await written();
    const body = legacy(realm, new Date(Date.now() + 60_000));
    const [spaced, huge] = [JSON.stringify(JSON.parse(body), null, 1), "x".repeat(3 * 1024 * 1024)];
    const [unknown, old] = [legacy("310687", new Date()), legacy(realm, new Date(Date.now() - 24 * 3600_000))];
    let slowest = 0;
    for (const [what, sent, signature, status] of [
      ["unsigned", body, null, 401],
      ["signed with another token", body, sign(body, "another token"), 401],
      ["changed by a byte", body.replace('"1"', '"2"'), sign(body), 401],
      ["serialised again", spaced, sign(body), 401],
      ["not JSON", "not json", sign("not json"), 400],
      ["not a notification", "{}", sign("{}"), 400],
      ["huge", huge, sign(huge), 413],
      ["of an unknown company", unknown, sign(unknown), 200],
      ["old", old, sign(old), 200],
    ] as const) {
      const reply = await deliver(sent, signature);
      expect([what, reply.status, reply.ms < 3_000]).toEqual([what, status, true]);
      slowest = Math.max(slowest, reply.ms);
    }
    console.log(`[I5] the slowest answer to a bad webhook took ${slowest} ms`);
    await new Promise((done) => setTimeout(done, 500));
    expect(await written()).toEqual(before);
  });

  it("[I5] in both formats open one sync, and a hundred repeats of one delivery are one too", async ({ expect }) => {
    const { realm, id, runs } = await linked();
    const first = legacy(realm, new Date());
    // acknowledged before any work is done: with a database that hangs no work can be
    const behind = workerBehindFaults();
    await behind.break("postgres", "hang");
    const early = await behind.call("POST", "/webhooks/quickbooks", { body: first, headers: { "intuit-signature": sign(first) } });
    expect([early.status, early.ms < 1_500, await runs()]).toEqual([200, true, 0]);
    await behind.settled();
    await behind.mend();
    const took = await deliver(first, sign(first));
    expect(took.status).toBe(200);
    expect(took.ms).toBeLessThan(3_000);
    const idle = async () => (await asOwner("select 1 from sync_runs where account_id = $1 and finished_at is null", [id])).length === 0;
    await until(async () => (await runs()) === 1 && (await idle()));
    const hundred = await Promise.all(Array.from({ length: 100 }, () => deliver(first, sign(first))));
    expect(new Set(hundred.map((reply) => reply.status))).toEqual(new Set([200]));
    await new Promise((done) => setTimeout(done, 500));
    expect(await runs()).toBe(1);
    const second = cloud(realm, new Date(Date.now() + 5_000));
    expect((await deliver(second, sign(second), "application/cloudevents+json")).status).toBe(200);
    await until(async () => (await runs()) === 2);
  });
});
