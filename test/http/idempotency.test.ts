import { describe, inject, it } from "vitest";
import { workerBehindFaults } from "../outages/behind.ts";
import { asOwner } from "../owner.ts";
import { client, person } from "../person.ts";

const coffee = { transactionDate: "2026-01-02", description: "coffee", amount: "-3.50", currency: "USD" };
const withIdem = (key: string) => ({ headers: { "idempotency-key": key } });
const madeBy = async (email: string) =>
  Number((await asOwner("select count(*) n from transactions t join users u on u.id = t.user_id where u.email = $1", [email]))[0]?.["n"]);
type Made = { id: string; key: string; createdAt: string; data: { description: string }[] };

/** The user's next call that leaves this in the trail is carried out, and its answer lost. */
async function loseReply(userId: string, action: string): Promise<void> {
  await fetch(`${inject("worldUrl")}/neon/_control/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    // as the two stand in the parameters of the row
    body: JSON.stringify({ match: { sql: `${userId}","${action}` }, mode: "lost-reply" }),
  });
}

describe("Idempotency-Key", () => {
  it("[E5] gives the first answer again to the same key and body, bare or quoted, and 422 to another body", async ({ expect }) => {
    const ada = await person();
    const first = await ada.post("/transactions", coffee, withIdem("order-17"));
    const again = await ada.post("/transactions", coffee, withIdem('"order-17"'));
    expect([first.status, again.status, again.body, again.headers.get("idempotency-replayed")]).toEqual([201, 201, first.body, "true"]);
    const other = await ada.post("/transactions", { ...coffee, amount: "-4.00" }, withIdem("order-17"));
    expect([other.status, other.body["code"]]).toEqual([422, "key_reused"]);
    expect(await madeBy(ada.email)).toBe(1);
    const bob = await person();
    expect((await bob.post("/transactions", coffee, withIdem("order-17"))).body["id"]).not.toBe(first.body["id"]);
    expect((await ada.post("/transactions", coffee, withIdem("x".repeat(101)))).status).toBe(400);
  });

  it("[E5] does not take a reading for what was to be done: a file whose rows could not be written is written when it is sent again", async ({ expect }) => {
    const ada = await person();
    await ada.post("/transactions", coffee);
    const headers = { "cf-connecting-ip": ada.ip, authorization: `Bearer ${ada.accessToken}`, "content-type": "text/csv", "idempotency-key": "file-1" };
    const body = "date,amount,text\n2026-01-02,-9.00,kiosk\n";
    const worker = workerBehindFaults();
    const send = () => worker.call("POST", "/transactions/import?account=a&currency=USD&description=text", { body, headers });
    // the key is taken, the rows that are known are counted, and then the database is gone
    await worker.break("postgres", "reset", 2);
    expect((await send()).status).toBe(503);
    await worker.mend();
    await asOwner("update idempotency_keys set lease_until = now() - interval '1 second' where key = 'file-1'");
    const again = await send();
    expect([again.status, again.body["added"], await madeBy(ada.email)]).toEqual([200, 1, 2]);
    await worker.settled();
  });

  it("[E5] keeps answers sealed, also those that hold a key, and forgets them after a day", async ({ expect }) => {
    const ada = await person();
    const make = () => ada.post<{ key: string }>("/api-keys", { name: "x", scopes: ["profile:read"] }, withIdem("key-1"));
    const [first, again] = [await make(), await make()];
    expect([first.status, again.body.key]).toEqual([201, first.body.key]);
    const [row] = await asOwner<{ answer: string }>("select i.answer from idempotency_keys i join users u on u.id = i.user_id where u.email = $1", [ada.email]);
    expect(row?.answer).toMatch(/^v1\./);
    await asOwner("update idempotency_keys set created_at = created_at - interval '25 hours' where key = 'key-1'");
    expect((await make()).body.key).not.toBe(first.body.key);
  });

  it("[H1] answers 503 where a kept answer was moved or changed, and says so in the trail", async ({ expect }) => {
    const ada = await person();
    const post = (key: string) => ada.post("/transactions", coffee, withIdem(key));
    for (const key of ["moved", "changed"]) await post(key);
    const [{ id } = { id: "" }] = await asOwner<{ id: string }>("select id from users where email = $1", [ada.email]);
    await asOwner(
      "update idempotency_keys set answer = case key when 'moved' then (select answer from idempotency_keys where user_id = $1 and key = 'changed') else overlay(answer placing 'AAAA' from 40) end where user_id = $1",
      [id],
    );
    for (const key of ["moved", "changed"]) {
      const reply = await post(key);
      expect([key, reply.status, reply.body["code"], Number(reply.headers.get("retry-after")) > 0]).toEqual([key, 503, "unavailable", true]);
    }
    const noted = async () => (await asOwner("select 1 from audit_events where user_id = $1 and action = 'vault.tampered'", [id])).length;
    for (let tries = 0; tries < 50 && (await noted()) < 2; tries++) await new Promise((done) => setTimeout(done, 100));
    expect([await noted(), await madeBy(ada.email)]).toEqual([2, 2]);
  });

  it("[E5] keeps no failure: what was refused may be tried again", async ({ expect }) => {
    const ada = await person();
    expect((await ada.post("/transactions", { ...coffee, amount: "much" }, withIdem("order-18"))).status).toBe(400);
    expect((await ada.post("/transactions", coffee, withIdem("order-18"))).status).toBe(201);
  });

  it("[E5] writes once, of fifty at once: one answer, and 409 while it is under way", async ({ expect }) => {
    const ada = await person();
    const replies = await Promise.all(Array.from({ length: 50 }, () => ada.post("/transactions", coffee, withIdem("order-19"))));
    expect(new Set(replies.map((reply) => reply.status)).size).toBeLessThanOrEqual(2);
    for (const reply of replies) expect([201, 409]).toContain(reply.status);
    expect(new Set(replies.filter((reply) => reply.status === 201).map((reply) => reply.body["id"])).size).toBe(1);
    expect(await madeBy(ada.email)).toBe(1);
    for (const reply of replies.filter((one) => one.status === 409)) expect(reply.headers.get("retry-after")).toBe("1");
  });

  it("[E5] gives what was made, and makes nothing again, after the database's answer was lost on the way", async ({ expect }) => {
    const ada = await person();
    const userId = String((await ada.get("/me")).body["id"]);
    const lose = async (path: string, action: string, body?: unknown) => {
      const send = () => ada.call<Made>("POST", path, body, withIdem(`lost${path}`));
      await loseReply(userId, action);
      return [await send(), await send(), await send()] as const;
    };
    const tries: [string, string, unknown, (made: Made) => Promise<unknown>, unknown][] = [
      ["/transactions", "transaction.recorded", coffee, async (made) => (await ada.get(`/transactions/${made.id}`)).body["createdAt"], "createdAt"],
      ["/transactions/batch", "transaction.recorded", { transactions: [coffee, coffee] }, (made) => Promise.resolve(made.data.length), 2],
      ["/api-keys", "api_key.made", { name: "x", scopes: ["profile:read"] }, async (made) => (await client(made.key, ada.ip).get("/me")).status, 200],
      ["/reports", "report.made", { type: "category_breakdown", period: "all_time" }, async (made) => (await ada.get(`/reports/${made.id}`)).status, 200],
      ["/me/export", "export.asked", undefined, async (made) => (await ada.get(`/me/exports/${made.id}`)).body["createdAt"], "createdAt"],
    ];
    for (const [path, action, body, read, expected] of tries) {
      const [lost, again, third] = await lose(path, action, body);
      expect([path, lost.status, again.status < 300, again.headers.get("idempotency-replayed")]).toEqual([path, 503, true, "true"]);
      expect(third.body).toEqual(again.body);
      expect([path, await read(again.body)]).toEqual([path, expected === "createdAt" ? again.body.createdAt : expected]);
    }
    expect(await madeBy(ada.email)).toBe(3);
    // what cannot be foretold is said to have been done, and is not done again
    await ada.delete("/me");
    expect((await lose("/me/keep", "erasure.cancelled")).map((reply) => reply.status)).toEqual([503, 409, 409]);
  });

  it("[E5] does not let a request go on that another one has taken over", async ({ expect }) => {
    const ada = await person();
    await ada.post("/transactions", coffee, withIdem("order-21"));
    const [row] = await asOwner<{ user_id: string }>("select user_id from idempotency_keys i join users u on u.id = i.user_id where u.email = $1", [ada.email]);
    await asOwner("update idempotency_keys set status = null, answer = null, applied_at = null, lease_until = created_at where user_id = $1", [row?.user_id]);
    expect((await ada.post("/transactions", coffee, withIdem("order-21"))).status).toBe(201);
    expect(await madeBy(ada.email)).toBe(2);
  });
});
