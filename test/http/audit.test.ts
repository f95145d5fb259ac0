import { describe, type ExpectStatic, it } from "vitest";
import { codeAt } from "../../src/features/auth/totp.ts";
import { logged } from "../logged.ts";
import { asOwner, asWorker } from "../owner.ts";
import { client, freshEmail, inbox, mailedToken, PASSWORD, patiently, type Person, person, withKey } from "../person.ts";
import { connected, freshCompany, until } from "./accounts-twin.ts";

type Event = { id: string; action: string; sequence: number; actor: string; requestId: string; occurredAt: string; ip: string | null; details: unknown };
type Page = { data: Event[]; nextCursor: string | null };

/** The token of the one mail among several that resets a password. */
async function resetToken(address: string, least = 1): Promise<string> {
  const messages = await inbox(address, least);
  const token = /reset-password#token=(\w+)/.exec(messages.flatMap((one) => one.links).join(" "))?.[1];
  return token ?? resetToken(address, messages.length + 1);
}

/** Each says who, when, in which request, and from where; what the queue did came from nowhere. */
function expectWhoAndWhence(expect: ExpectStatic, events: Event[]): void {
  for (const event of events)
    expect([event.action, event.actor.length > 0, event.requestId.length > 0, Number.isFinite(Date.parse(event.occurredAt))]).toEqual([
      event.action,
      true,
      true,
      true,
    ]);
  // the first three are written for a test's person without a request
  const unseen = events.filter((event) => event.ip === null && event.action !== "export.made" && event.sequence > 3);
  expect([events.length > 10, unseen.map((event) => event.action)]).toEqual([true, []]);
}

describe("the trail", () => {
  it("[N3] names every security event, with who, what, when, the request and the address", async ({ expect }) => {
    const ada = await person();
    const key = await withKey(ada, ["profile:read"]);
    await client().post("/auth/login", { email: ada.email, password: "wrong password" });
    await key.get("/transactions");
    await ada.post(`/api-keys/${key.id}/rotate`, {});
    await client().post("/security/leaked-keys", { keys: [key.key] });
    await ada.delete(`/api-keys/${(await withKey(ada, ["profile:read"])).id}`);
    await ada.post("/me/export");
    await ada.post("/accounts", { service: "quickbooks" });
    await ada.delete("/me");
    await ada.post("/me/keep");
    await ada.patch("/me", { email: freshEmail(), currentPassword: PASSWORD });
    const other = (await client().post<{ refreshToken: string }>("/auth/login", { email: ada.email, password: PASSWORD })).body;
    await client().post("/auth/refresh", { refreshToken: other.refreshToken });
    await asOwner(
      "update refresh_tokens set used_at = used_at - interval '11 seconds' where used_at is not null and user_id = (select id from users where email = $1)",
      [ada.email],
    );
    await client().post("/auth/refresh", { refreshToken: other.refreshToken });
    await ada.delete("/auth/sessions");
    await asOwner("update users set failed_logins = 100 where email = $1", [ada.email]);
    await client().post("/auth/login", { email: ada.email, password: PASSWORD });
    await client().post("/auth/forgot-password", { email: ada.email });
    await client().post("/auth/reset-password", { token: await resetToken(ada.email), password: "a fresh password" });
    const { accessToken } = (await client().post<{ accessToken: string }>("/auth/login", { email: ada.email, password: "a fresh password" })).body;
    const { body } = await client(accessToken).get<Page>("/audit-events?limit=100");
    const actions = body.data.map((event) => event.action);
    const named = [
      "person.signed_up",
      "person.verified",
      "person.logged_in",
      "person.login_failed",
      "password.locked",
      "session.reuse_detected",
      "api_key.made",
      "api_key.rotated",
      "api_key.leaked",
      "access.denied",
      "api_key.revoked",
      "account.link_started",
      "email.change_asked",
      "erasure.asked",
      "erasure.cancelled",
      "export.asked",
      "password.reset_asked",
      "password.reset",
    ];
    expect(named.filter((action) => !actions.includes(action))).toEqual([]);
    expectWhoAndWhence(expect, body.data);
  }, 120_000);

  it("[N3] names link and unlink, questions, the second factor, what was fetched, and every change of a credential", async ({ expect }) => {
    const ada = await person();
    const accountId = await connected(ada, await freshCompany(1));
    await ada.delete(`/accounts/${accountId}`);
    await ada.post("/ai/insights", { question: "How much did we spend on Rent in January 2026?" });
    const { id } = (await ada.post<{ id: string }>("/me/export")).body;
    await until(async () => ((await ada.get(`/me/exports/${id}`)).body["status"] === "ready" ? true : null));
    await ada.get(`/me/exports/${id}/download`);
    await client().post("/auth/login", { email: ada.email, password: PASSWORD });
    await ada.delete("/auth/sessions");
    await ada.patch("/me", { name: "Ada" });
    const { secret } = (await ada.post<{ secret: string }>("/me/totp")).body;
    const confirmed = await ada.post<{ backupCodes: string[] }>("/me/totp/confirm", { code: await codeAt(secret, Math.floor(Date.now() / 30_000)) });
    await ada.delete("/me/totp", { headers: { "totp-code": confirmed.body.backupCodes[0] ?? "" } });
    const changed = await ada.post<{ accessToken: string }>("/auth/change-password", { currentPassword: PASSWORD, newPassword: "a fresh password" });
    const email = freshEmail();
    const again = client(changed.body.accessToken, ada.ip);
    await again.patch("/me", { email, currentPassword: "a fresh password" });
    await client().get(`/auth/verify-email?token=${await mailedToken(email)}`);
    const { accessToken } = (await client().post<{ accessToken: string }>("/auth/login", { email, password: "a fresh password" })).body;
    const { data } = (await client(accessToken).get<Page>("/audit-events?limit=100")).body;
    const named = [
      "account.link_started",
      "account.linked",
      "account.unlinked",
      "insight.asked",
      "export.asked",
      "export.made",
      "export.downloaded",
      "session.ended",
      "profile.changed",
      "totp.enabled",
      "backup_code.used",
      "totp.disabled",
      "password.changed",
      "email.changed",
    ];
    expect(named.filter((action) => !data.some((event) => event.action === action))).toEqual([]);
    expectWhoAndWhence(expect, data);
  }, 120_000);

  it("[N3] names a try at a stranger's row, and logs who comes without a credential, with the request", async ({ expect }) => {
    const [ada, eve] = [await person(), await person()];
    const { body: row } = await ada.post<{ id: string }>("/transactions", {
      transactionDate: "2026-01-02",
      description: "coffee",
      amount: "-3.50",
      currency: "USD",
    });
    expect((await eve.get(`/transactions/${row.id}`)).status).toBe(404);
    expect((await eve.delete(`/transactions/${row.id}`)).status).toBe(404);
    const missed = async (who: Person) => (await who.get<Page>("/audit-events?action=access.missed")).body.data;
    await until(async () => ((await missed(eve)).length === 2 ? true : null));
    for (const event of await missed(eve)) {
      expect(event).toMatchObject({ actor: "person", ip: eve.ip, details: { id: row.id, route: "/transactions/:id" } });
      expect([event.requestId.length, Date.parse(event.occurredAt) > 0]).toEqual([36, true]);
    }
    expect(await missed(ada)).toEqual([]);
    const { lines, result } = await logged(() => client("no credential").get("/transactions"));
    const line = lines.find((one) => one.event === "request");
    expect([result.status, line]).toMatchObject([401, { route: "/transactions", status: 401, code: "unauthenticated" }]);
    expect(line?.["requestId"]).toBe(result.headers.get("x-request-id"));
  });

  it("keeps tries at addresses that nobody has, in a chain of their own that no user reads", async ({ expect }) => {
    const { headers } = await client().post("/auth/login", { email: freshEmail(), password: PASSWORD });
    const events = await asOwner("select user_id, action from audit_events where request_id = $1", [headers.get("x-request-id")]);
    expect(events).toEqual([{ user_id: null, action: "person.login_failed" }]);
    expect((await asWorker(null, "select 1 from audit_events")).length).toBe(0);
  });

  it("is filtered and paged by a cursor that opens no other list", async ({ expect }) => {
    const ada = await person();
    for (let i = 0; i < 5; i++) await ada.patch("/me", { name: `Ada ${i}` });
    const first = await ada.get<Page>("/audit-events?action=profile.changed&limit=2");
    const second = await ada.get<Page>(`/audit-events?action=profile.changed&limit=2&cursor=${first.body.nextCursor}`);
    const third = await ada.get<Page>(`/audit-events?action=profile.changed&limit=2&cursor=${second.body.nextCursor}`);
    const sequences = [first, second, third].flatMap((reply) => reply.body.data.map((event) => event.sequence));
    expect([sequences.length, sequences, third.body.nextCursor]).toEqual([5, sequences.toSorted((a, b) => b - a), null]);
    expect((await ada.get(`/audit-events?limit=2&cursor=${first.body.nextCursor}`)).status).toBe(400);
    expect((await (await person()).get(`/audit-events?action=profile.changed&limit=2&cursor=${first.body.nextCursor}`)).status).toBe(400);
    expect((await ada.get<Page>("/audit-events?from=2999-01-01T00:00:00Z")).body.data).toEqual([]);
    for (const bad of ["limit=0", "limit=201", "limit=-1", "limit=abc", "cursor=forged", "action=x", "surprise=1"])
      expect([bad, (await ada.get(`/audit-events?${bad}`)).status]).toEqual([bad, 400]);
  });

  it("[N2] cannot be changed by the Worker, and names the row that an owner changed, took out or put in", async ({ expect }) => {
    const ada = await person();
    for (let i = 0; i < 4; i++) await ada.patch("/me", { name: `Ada ${i}` });
    const [{ id: userId } = { id: "" }] = await asOwner<{ id: string }>("select id from users where email = $1", [ada.email]);
    type Proof = { isIntact: boolean; events: number; head: string; broken: { sequence: number } | null };
    const verify = async () => (await patiently(() => ada.get<Proof>("/audit-events/verify"))).body;
    const whole = await verify();
    expect([whole.isIntact, whole.broken, whole.events >= 7]).toEqual([true, null, true]);
    for (const attack of ["update audit_events set action = 'x'", "delete from audit_events"])
      await expect(asWorker(userId, attack)).rejects.toMatchObject({ code: "42501" });
    const edits = [
      "action = action || 'x'",
      "subject = 'x'",
      "actor_kind = 'x'",
      "request_id = 'x'",
      "occurred_at = occurred_at + interval '1 second'",
      "details = '{\"x\":1}'",
      "hash = repeat('0', 64)",
      "previous_hash = repeat('0', 64)",
      'personal = \'{"ip":"forged"}\'',
      "personal_hash = 'x'",
      "id = gen_random_uuid()",
    ];
    for (const edit of edits) {
      const [row] = await asOwner<{ was: string }>("select row_to_json(e)::text as was from audit_events e where user_id = $1 and sequence = 4", [userId]);
      await asOwner(`update audit_events set ${edit} where user_id = $1 and sequence = 4`, [userId]);
      expect([edit, (await verify()).broken?.sequence]).toEqual([edit, 4]);
      await asOwner(
        "update audit_events e set (id, action, subject, actor_kind, request_id, occurred_at, details, hash, previous_hash, personal, personal_hash) = (select id, action, subject, actor_kind, request_id, occurred_at, details, hash, previous_hash, personal, personal_hash from jsonb_populate_record(null::audit_events, $2::jsonb)) where user_id = $1 and sequence = 4",
        [userId, row?.was],
      );
      expect([edit, (await verify()).isIntact]).toEqual([edit, true]);
    }
    await asOwner("update audit_events set personal = null where user_id = $1", [userId]);
    expect((await verify()).isIntact).toBe(true);
    const last = whole.events;
    // the trigger would chain it as an event of today
    await asOwner(
      `do $$ begin alter table audit_events disable trigger user;
      insert into audit_events select (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'sequence', e.sequence + 1, 'previous_hash', e.hash))).* from audit_events e where user_id = '${userId}' and sequence = ${last};
      alter table audit_events enable trigger user; end $$`,
    );
    expect((await verify()).broken?.sequence).toBe(last + 1);
    await asOwner("delete from audit_events where user_id = $1 and sequence = $2", [userId, last + 1]);
    await asOwner("delete from audit_events where user_id = $1 and sequence = 3", [userId]);
    expect((await verify()).broken?.sequence).toBe(4);
  });

  it("[N1] grows by one row for each change, in the change's own transaction", async ({ expect }) => {
    const ada = await person();
    const [{ id: userId } = { id: "" }] = await asOwner<{ id: string }>("select id from users where email = $1", [ada.email]);
    const made = (await ada.post<{ id: string }>("/transactions", { transactionDate: "2026-01-02", description: "coffee", amount: "-3.50", currency: "USD" }))
      .body;
    await ada.patch(`/transactions/${made.id}`, { description: "tea" });
    await ada.delete(`/transactions/${made.id}`);
    const key = await withKey(ada, ["profile:read"]);
    await ada.delete(`/api-keys/${key.id}`);
    await ada.patch("/me", { name: "Ada" });
    // the row of the change and the row of the trail carry the same transaction: xmin
    const twins = await asOwner<{ action: string; n: string }>(
      "select e.action, count(k.id) n from audit_events e left join api_keys k on k.xmin = e.xmin and k.user_id = e.user_id where e.user_id = $1 and e.action = 'api_key.revoked' group by 1",
      [userId],
    );
    expect(twins.map((one) => [one.action, Number(one.n)])).toEqual([["api_key.revoked", 1]]);
    const counted = await asOwner<{ action: string; n: string }>(
      "select action, count(*) n from audit_events where user_id = $1 and action like any (array['transaction.%', 'api_key.%', 'profile.%']) group by 1 order by 1",
      [userId],
    );
    expect(counted.map((one) => [one.action, Number(one.n)])).toEqual([
      ["api_key.made", 1],
      ["api_key.revoked", 1],
      ["profile.changed", 1],
      ["transaction.changed", 1],
      ["transaction.recorded", 1],
      ["transaction.removed", 1],
    ]);
  });
});
