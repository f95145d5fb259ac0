import { createHmac } from "node:crypto";
import { SELF } from "cloudflare:test";
import { inject } from "vitest";
import { describe, it } from "vitest";
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
    const { realm, runs } = await linked();
    const body = legacy(realm, new Date(Date.now() + 60_000));
    const spaced = JSON.stringify(JSON.parse(body), null, 1);
    expect((await deliver(body, null)).status).toBe(401);
    expect((await deliver(body, sign(body, "another token"))).status).toBe(401);
    expect((await deliver(body.replace('"1"', '"2"'), sign(body))).status).toBe(401);
    expect((await deliver(spaced, sign(body))).status).toBe(401);
    expect((await deliver("not json", sign("not json"))).status).toBe(400);
    expect((await deliver("{}", sign("{}"))).status).toBe(400);
    const huge = "x".repeat(3 * 1024 * 1024);
    expect((await deliver(huge, sign(huge))).status).toBe(413);
    const unknown = legacy("310687", new Date());
    expect((await deliver(unknown, sign(unknown))).status).toBe(200);
    const old = legacy(realm, new Date(Date.now() - 24 * 3600_000));
    expect((await deliver(old, sign(old))).status).toBe(200);
    await new Promise((done) => setTimeout(done, 500));
    expect(await runs()).toBe(0);
  });

  it("[I5] in both formats open one sync, and a hundred repeats of one delivery are one too", async ({ expect }) => {
    const { realm, id, runs } = await linked();
    const first = legacy(realm, new Date());
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
