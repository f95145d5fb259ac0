import { describe, it } from "vitest";
import { workerBehindFaults } from "../outages/behind.ts";
import { client, person, withKey } from "../person.ts";
import { asOwner, connected, consent, control, freshCompany, linkCodeFor, tokenCalls, until } from "./accounts-twin.ts";

type Run = { phase: string; incomplete: boolean; counts: Record<string, { rows: number }>; rowsPerSecond: number | null; nextAction: string | null };

describe("linking QuickBooks", () => {
  it("goes by consent, a one-time code and the same user, and copies a balanced company", async ({ expect }) => {
    const ada = await person();
    const realm = await freshCompany();
    const id = await connected(ada, realm);
    const account = await until(async () => {
      const { body } = await ada.get<{ lastSyncedAt: string | null; homeCurrency: string }>(`/accounts/${id}`);
      return body.lastSyncedAt === null ? null : body;
    });
    expect(account.homeCurrency).toBe("USD");
    const { body: runs } = await ada.get<{ data: Run[]; lastSyncedAt: string; nextSyncAt: string }>(`/accounts/${id}/sync-runs`);
    expect(runs.data.map((run) => [run.phase, run.incomplete, run.nextAction])).toEqual([["done", false, null]]);
    expect(runs.data[0]?.rowsPerSecond).toBeGreaterThan(0);
    expect([runs.lastSyncedAt, runs.nextSyncAt > runs.lastSyncedAt]).toEqual([account.lastSyncedAt, true]);
    const { body: proof } = await ada.get<{ status: string; differences: unknown[] }>(`/accounts/${id}/reconciliation`);
    expect(proof).toMatchObject({ status: "balanced", differences: [] });
    const { calls } = await control<{ calls: number }>("GET", `/companies/${realm}/counters`);
    const { body } = await ada.get<{ usage: { month: string; calls: number }[] }>(`/accounts/${id}`);
    expect([calls > 0, body.usage]).toEqual([true, [{ month: new Date().toISOString().slice(0, 7), calls }]]);
  });

  it("[G1] refuses a callback without state, altered, of another service, used twice or expired, and exchanges nothing", async ({ expect }) => {
    const ada = await person();
    const realm = await freshCompany();
    const { body } = await ada.post<{ authorizeUrl: string }>("/accounts", { service: "quickbooks" });
    const back = await consent(body.authorizeUrl, realm);
    const code = back.searchParams.get("code") ?? "";
    const state = back.searchParams.get("state") ?? "";
    const altered = `${state.slice(0, -1)}${state.endsWith("a") ? "b" : "a"}`;
    const visit = async (path: string) => (await ada.stranger.get(path)).status;
    const query = (given: string) => `?code=${code}&realmId=${realm}&state=${given}`;
    expect(await visit(`/accounts/callback/quickbooks?code=${code}&realmId=${realm}`)).toBe(400);
    expect(await visit(`/accounts/callback/quickbooks${query(altered)}`)).toBe(400);
    expect(await visit(`/accounts/callback/grok${query(state)}`)).toBe(400);
    expect(await visit(`/accounts/callback/quickbooks?code=${code}&state=${state}`)).toBe(400);
    // none of these burnt it
    expect(await visit(`/accounts/callback/quickbooks${query(state)}`)).toBe(302);
    expect(await visit(`/accounts/callback/quickbooks${query(state)}`)).toBe(400);

    const late = await ada.post<{ authorizeUrl: string }>("/accounts", { service: "quickbooks" });
    const lateBack = await consent(late.body.authorizeUrl, realm);
    await asOwner(
      "update link_attempts set expires_at = expires_at - interval '11 minutes' where parked is null and user_id = (select id from users where email = $1)",
      [ada.email],
    );
    expect(await visit(lateBack.pathname + lateBack.search)).toBe(400);
    expect(await tokenCalls(realm)).toBe(0);
  });

  it("[G1] lets only the user who started complete it, once, and nobody else burns the code", async ({ expect }) => {
    const [ada, eve] = [await person(), await person()];
    const realm = await freshCompany();
    const { linkCode } = await linkCodeFor(ada, realm);
    const stolen = await eve.post("/accounts/complete", { linkCode });
    const invented = await eve.post("/accounts/complete", { linkCode: "fh_lc_nonsense" });
    expect([stolen.status, stolen.body["code"], stolen.body["detail"]]).toEqual([invented.status, invented.body["code"], invented.body["detail"]]);
    expect(await tokenCalls(realm)).toBe(0);
    const both = await Promise.all([ada.post("/accounts/complete", { linkCode }), ada.post("/accounts/complete", { linkCode })]);
    expect(both.map((reply) => reply.status).toSorted((a, b) => a - b)).toEqual([201, 400]);
    expect(await tokenCalls(realm)).toBe(1);
    expect((await eve.get<{ data: { service: string }[] }>("/accounts")).body.data.map((a) => a.service)).toEqual(["manual"]);
  });

  it("[G2] returns only to allowed origins", async ({ expect }) => {
    const ada = await person();
    for (const returnUrl of [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "javascript:alert(1)",
      "https://app.finhelm.test@evil.example/",
      "https://app.finhelm.test.evil.example/",
    ]) {
      const reply = await ada.post("/accounts", { service: "quickbooks", returnUrl });
      expect([returnUrl, reply.status, (reply.body["errors"] as { pointer: string }[])[0]?.pointer]).toEqual([returnUrl, 400, "/returnUrl"]);
    }
  });

  it("[G3] gives two users of one company an account each, and the same user the same account again", async ({ expect }) => {
    const [ada, ben] = [await person(), await person()];
    const realm = await freshCompany();
    const [first, other] = [await connected(ada, realm), await connected(ben, realm)];
    expect(first).not.toBe(other);
    // by two tabs at once as well
    expect(await Promise.all([connected(ada, realm), connected(ada, realm)])).toEqual([first, first]);
    const held = await asOwner("select count(*), count(distinct access_token), count(distinct external_account_mac) from accounts where id = any($1)", [
      `{${first},${other}}`,
    ]);
    // an account each, with tokens of their own, and neither says who else has the company
    expect(held[0]?.map(String)).toEqual(["2", "2", "1"]);
    expect((await ben.get(`/accounts/${first}`)).status).toBe(404);
  });

  it("[G4] never takes an endpoint from what comes back with the browser", async ({ expect }) => {
    const ada = await person();
    const realm = await freshCompany();
    const { body } = await ada.post<{ authorizeUrl: string }>("/accounts", { service: "quickbooks" });
    const back = await consent(body.authorizeUrl, realm);
    const reply = await ada.stranger.get(`${back.pathname}${back.search}&iss=https://evil.example&token_endpoint=https://evil.example/token`);
    const linkCode = new URL(reply.headers.get("location") ?? "").searchParams.get("linkCode");
    expect((await ada.post("/accounts/complete", { linkCode })).status).toBe(201);
    expect(await tokenCalls(realm)).toBe(1);
  });

  it("ends in a clear page when the person refuses", async ({ expect }) => {
    const ada = await person();
    const { body } = await ada.post<{ authorizeUrl: string }>("/accounts", { service: "quickbooks" });
    const back = await consent(body.authorizeUrl, await freshCompany(), "deny");
    const page = await ada.stranger.get<string>(back.pathname + back.search);
    expect(page.status).toBe(200);
    expect(page.body).toContain("Nothing was connected");
  });

  it("works for an integration with a key, and answers 404 for a stranger's account", async ({ expect }) => {
    const ada = await person();
    const key = await withKey(ada, ["accounts:read", "accounts:write"]);
    const { body } = await key.post<{ authorizeUrl: string }>("/accounts", { service: "quickbooks" });
    expect(body.authorizeUrl).toContain("/connect/oauth2");
    expect((await client().post("/accounts", { service: "quickbooks" })).status).toBe(401);
    expect((await ada.get(`/accounts/${crypto.randomUUID()}`)).status).toBe(404);
  });
});

describe("unlinking", () => {
  it.for([200, 400, 500])("[G5] destroys the tokens at once, whatever Intuit answers (%d), and revokes in the end", async (status, { expect }) => {
    const ada = await person();
    const realm = await freshCompany();
    const id = await connected(ada, realm);
    await until(async () => (await ada.get<{ lastSyncedAt: string | null }>(`/accounts/${id}`)).body.lastSyncedAt);
    if (status !== 200) await control("POST", "/faults", { match: { target: "revoke", realm }, times: 1, fault: { kind: "status", status } });
    expect((await ada.delete(`/accounts/${id}`)).status).toBe(200);
    const [row] = await asOwner("select access_token is null and refresh_token is null and external_account_id is null, status from accounts where id = $1", [
      id,
    ]);
    expect(row?.map(String)).toEqual(["t", "disconnected"]);
    const [audit] = await asOwner("select count(*) from audit_events where action = 'account.unlinked' and subject = $1", [id]);
    expect(audit).toEqual(["1"]);
    if (status === 200)
      await until(
        async () =>
          (await asOwner("select 1 from sync_runs where account_id = $1 and trigger = 'removed' and phase = 'done' and cursor = '{}'", [id])).length > 0,
      );
    expect((await ada.post(`/accounts/${id}/sync`)).status).toBe(409);
  });

  it("erases everything where that is asked", async ({ expect }) => {
    const ada = await person();
    const id = await connected(ada, await freshCompany());
    await until(async () => (await ada.get<{ lastSyncedAt: string | null }>(`/accounts/${id}`)).body.lastSyncedAt);
    expect((await ada.delete(`/accounts/${id}?data=erase`)).status).toBe(200);
    await until(async () => (await ada.get(`/accounts/${id}`)).status === 404);
    for (const table of ["transactions", "postings", "source_documents", "ledger_accounts", "sync_runs", "reconciliations"]) {
      expect([table, await asOwner(`select 1 from ${table} where account_id = $1 limit 1`, [id])]).toEqual([table, []]);
    }
  });
});

describe("Grok", () => {
  it("takes a key that xAI accepts, never shows it, and refuses one that it does not", async ({ expect }) => {
    const ada = await person();
    const linked = await ada.post<{ account: { id: string; status: string } }>("/accounts", { service: "grok", apiKey: "xai-twin-ada" });
    expect([linked.status, linked.body.account.status]).toEqual([201, "connected"]);
    expect(JSON.stringify(linked.body)).not.toContain("xai-twin-ada");
    const again = await ada.post<{ account: { id: string } }>("/accounts", { service: "grok", apiKey: "xai-twin-other" });
    expect(again.body.account.id).toBe(linked.body.account.id);
    const wrong = await ada.post("/accounts", { service: "grok", apiKey: "not-a-key-at-all" });
    expect([wrong.status, (wrong.body["errors"] as { pointer: string }[])[0]?.pointer]).toEqual([400, "/apiKey"]);
    expect((await ada.delete(`/accounts/${linked.body.account.id}`)).status).toBe(200);
    expect((await ada.get(`/accounts/${linked.body.account.id}`)).status).toBe(404);
  });
});

describe("a key that xAI accepted a moment ago", () => {
  it("is not asked about again, by its own user alone, and without the cache it is only slower", async ({ expect }) => {
    const [ada, bob] = [await person(), await person()];
    const broken = workerBehindFaults();
    const link = (who: typeof ada, apiKey: string) =>
      broken.call("POST", "/accounts", {
        headers: { authorization: `Bearer ${who.accessToken}`, "cf-connecting-ip": who.ip },
        body: { service: "grok", apiKey },
      });
    const [known, other] = [`xai-twin-${crypto.randomUUID()}`, `xai-twin-${crypto.randomUUID()}`];
    expect((await link(ada, known)).status).toBe(201);
    await broken.break("grok", "500");
    expect([(await link(ada, known)).status, (await link(ada, other)).status, (await link(bob, known)).status]).toEqual([201, 503, 503]);
    await broken.break("redis", "500");
    expect((await link(ada, known)).status).toBe(503);
    await broken.mend();
    expect((await link(bob, other)).status).toBe(201);
  });
});

describe("syncing on demand", () => {
  it("gives two that ask at once the same run", async ({ expect }) => {
    const ada = await person();
    const id = await connected(ada, await freshCompany());
    const [first, second] = await Promise.all([ada.post(`/accounts/${id}/sync`), ada.post(`/accounts/${id}/sync`)]);
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(first.body["id"]).toBe(second.body["id"]);
  });
});
