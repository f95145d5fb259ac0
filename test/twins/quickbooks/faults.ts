import { describe, expect } from "vitest";
import { FAULTS } from "../../../dev/twins/quickbooks/fault.ts";
import { behaviour, call, company, connected, nodeQuickbooks, on, promised, query, refused, type Evidence, type Json } from "./harness.ts";

const CODES = Object.keys(FAULTS);
const info = (realm: string) => `companyinfo/${realm}`;

/** Codes whose body was captured. Of the others the code and status are Intuit's, the wording is an assumption. */
const CAPTURED = new Set(["100", "610", "3001", "3100", "3200", "4001"]);

export function faults(): void {
  describe("faults", () => {
    let realm = "";
    const arm = (fault: Parameters<ReturnType<typeof on>["twin"]["control"]["addFault"]>[0]["fault"], times = 1) => {
      realm = realm === "" ? company({ template: "empty" }) : realm;
      on().twin.control.addFault({ match: { realm }, times, fault });
      return realm;
    };
    for (const code of CODES) codeCase(code, arm);
    statuses(arm);
    connections(arm);
    natural();
    scoping();
    throttling();
  });
}

type Arm = (fault: Parameters<ReturnType<typeof on>["twin"]["control"]["addFault"]>[0]["fault"], times?: number) => string;

function codeCase(code: string, arm: Arm): void {
  const evidence: readonly Evidence[] = CAPTURED.has(code) ? ["captured traffic"] : ["Intuit's page", "assumption"];
  behaviour(`2.6.${code}`, evidence, `says ${code} in all three dialects, and inside a 200`, async () => {
    const status = FAULTS[code]?.status;
    const upper = await call(arm({ kind: "fault", code, dialect: "upper" }), info("1"));
    expect([upper.status, upper.json.Fault?.Error[0]?.code]).toEqual([status, code]);
    const lower = await call(arm({ kind: "fault", code, dialect: "lower" }), info("1"));
    expect([lower.status, lower.json.fault?.error[0]?.code, lower.json["batchItemResponse"]]).toEqual([status, code, []]);
    const xml = await call(arm({ kind: "fault", code, dialect: "xml" }), info("1"));
    expect(xml.status).toBe(status);
    expect(xml.text).toMatch(new RegExp(`<IntuitResponse time="[^"]+" xmlns="http://schema.intuit.com/finance/v3"><Fault type="[^"]+"><Error code="${code}"`));
    const hidden = await call(arm({ kind: "fault", code, status: 200, dialect: "upper" }), info("1"));
    expect([hidden.status, hidden.json.Fault?.Error[0]?.code]).toEqual([200, code]);
  });
}

function statuses(arm: Arm): void {
  behaviour(
    "2.6.clients",
    "seen with the real client",
    "is read by the clients as they read Intuit: code in 400, RATE_LIMIT in 429, success in 200",
    async () => {
      const client = await connected(arm({ kind: "fault", code: "610" }));
      const url = (realm: string) => `${on().base}/v3/company/${realm}/${info(realm)}`;
      const realm = client.getToken().realmId;
      expect(await refused(client.makeApiCall({ url: url(realm) }))).toMatchObject({ code: "610" });
      arm({ kind: "fault", code: "3001" });
      expect(JSON.stringify(await refused(client.makeApiCall({ url: url(realm) })))).toContain("RATE_LIMIT");
      arm({ kind: "fault", code: "610", status: 200 });
      expect(((await client.makeApiCall({ url: url(realm) })).json as Json)["Fault"]).toBeTruthy();
      arm({ kind: "fault", code: "3200" });
      expect((await refused((await promised(realm)).getCompanyInfo(realm)))["message"]).toBe("Unauthorized");
      arm({ kind: "fault", code: "10000", status: 200 });
      expect(JSON.stringify(await refused(nodeQuickbooks(realm).ask("getCompanyInfo", realm)))).toContain("10000");
    },
  );
  for (const status of [400, 401, 403, 404, 429, 500, 503, 504]) {
    behaviour(`2.6.http.${status}`, "Intuit's page", `answers a bare ${status}`, async () => {
      expect((await call(arm({ kind: "status", status, body: "upstream" }), info("1"))).status).toBe(status);
    });
  }
  behaviour("2.7.retry-after", "assumption", "sends 429 with Retry-After and without", async () => {
    const without = await call(arm({ kind: "fault", code: "3001" }), info("1"));
    expect([without.status, without.headers.get("retry-after")]).toEqual([429, null]);
    const withIt = await call(arm({ kind: "fault", code: "3001", retryAfter: 7 }), info("1"));
    expect([withIt.status, withIt.headers.get("retry-after")]).toEqual([429, "7"]);
  });
  behaviour("2.6.3001-as-403", "captured traffic", "can say 3001 with 403", async () => {
    const reply = await call(arm({ kind: "fault", code: "3001", status: 403, dialect: "xml" }), info("1"));
    expect([reply.status, reply.text.includes("statusCode=403")]).toEqual([403, true]);
  });
}

function connections(arm: Arm): void {
  behaviour("8.faults.hang", "Intuit's page", "waits as long as it is told", async () => {
    const started = performance.now();
    expect((await call(arm({ kind: "hang", ms: 120 }), info("1"))).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(100);
    arm({ kind: "hang" });
    const realm = arm({ kind: "status", status: 500 }, 1);
    await expect(fetch(`${on().base}/v3/company/${realm}/${info(realm)}`, { signal: AbortSignal.timeout(80) })).rejects.toThrow();
    on().twin.control.clearFaults({ realm });
  });
  behaviour("8.faults.drop", "captured traffic", "breaks the connection before a write happened, and after it did", async () => {
    const realm = company({ template: "empty" });
    const write = (name: string) => call(realm, "vendor", { body: JSON.stringify({ DisplayName: name }) });
    on().twin.control.addFault({ match: { realm }, fault: { kind: "drop", when: "before" } });
    await expect(write("Before")).rejects.toThrow();
    on().twin.control.addFault({ match: { realm }, fault: { kind: "drop", when: "after" } });
    await expect(write("After")).rejects.toThrow();
    expect(
      on()
        .twin.control.documents(realm, "Vendor")
        .rows.map((row) => row["DisplayName"]),
    ).toEqual(["After"]);
  });
  behaviour("8.faults.cut", "assumption", "ends a body in its middle", async () => {
    const reply = await call(arm({ kind: "cut" }), info("1"));
    expect(() => JSON.parse(reply.text) as unknown).toThrow();
  });
}

function natural(): void {
  const codeOf = (reply: { json: Json }) => reply.json.Fault?.Error[0]?.code ?? reply.json.fault?.error[0]?.code;
  const post = (realm: string, path: string, body: unknown) => call(realm, path, { body: typeof body === "string" ? body : JSON.stringify(body) });
  const cases: Record<string, (realm: string) => Promise<{ json: Json }>> = {
    "610": (realm) => call(realm, "purchase/999999"),
    "500": (realm) => call(realm, "nonsense/1"),
    "2010": (realm) => post(realm, "vendor", "{"),
    "2020": (realm) => post(realm, "invoice", { Line: [] }),
    "2050": (realm) => post(realm, "vendor", { DisplayName: "x", DocNumber: "x".repeat(22) }),
    "2080": (realm) => post(realm, "transfer", { Amount: "ten", FromAccountRef: { value: "1" }, ToAccountRef: { value: "2" } }),
    "2500": (realm) => post(realm, "bill", { VendorRef: { value: "99999" }, Line: [] }),
    "4000": (realm) => query(realm, "selct"),
    "4001": (realm) => query(realm, "select * from Nothing"),
    "5010": async (realm) => post(realm, "account", { ...on().twin.control.documents(realm, "Account").rows[0], SyncToken: "7" }),
    "6070": (realm) =>
      post(realm, "journalentry", {
        Line: [{ Amount: 1, DetailType: "JournalEntryLineDetail", JournalEntryLineDetail: { PostingType: "Debit", AccountRef: { value: "1" } } }],
      }),
    "6210": (realm) => {
      on().twin.control.changeCompany(realm, { bookClose: "2026-01-31" });
      return post(realm, "transfer", { TxnDate: "2026-01-15", Amount: 1, FromAccountRef: { value: "10" }, ToAccountRef: { value: "11" } });
    },
    "6240": async (realm) => {
      await post(realm, "vendor", { DisplayName: "Twice" });
      return post(realm, "vendor", { DisplayName: "twice" });
    },
    "6190": (realm) => {
      on().twin.control.changeCompany(realm, { lapsed: true });
      return query(realm, "select * from Account");
    },
    "3201": (realm) => {
      on().twin.control.changeCompany(realm, { userMayRead: false });
      return query(realm, "select * from Account");
    },
  };
  for (const [code, run] of Object.entries(cases)) {
    behaviour(`2.6.natural.${code}`, CAPTURED.has(code) ? "captured traffic" : "Intuit's page", `comes to ${code} by itself`, async () => {
      expect(codeOf(await run(company({ template: "empty" })))).toBe(code);
    });
  }
}

function scoping(): void {
  behaviour("control.scope", "assumption", "spoils the n-th matching call of one company only", async () => {
    const [a, b] = [company({ template: "empty" }), company({ template: "empty" })];
    on().twin.control.addFault({ match: { realm: a, operation: "query", entity: "account" }, at: 2, times: 2, fault: { kind: "fault", code: "10000" } });
    const ask = async (realm: string) => (await query(realm, "select * from Account")).status;
    const seen: number[] = [];
    for (let turn = 0; turn < 4; turn++) seen.push(await ask(a));
    expect(seen).toEqual([200, 500, 500, 200]);
    expect([await ask(b), (await call(a, info(a))).status]).toEqual([200, 200]);
  });
  behaviour("control.chance", "assumption", "spoils by chance of a seed, the same each time", async () => {
    const pattern = async () => {
      const realm = company({ template: "empty" });
      on().twin.control.addFault({ match: { realm }, every: { probability: 0.5, seed: "x" }, fault: { kind: "status", status: 503 } });
      const seen: number[] = [];
      for (let turn = 0; turn < 12; turn++) seen.push((await call(realm, info(realm))).status);
      return seen;
    };
    const first = await pattern();
    expect(new Set(first)).toEqual(new Set([200, 503]));
    expect(await pattern()).toEqual(first);
  });
}

function throttling(): void {
  behaviour("2.7.per-second", "Intuit's page", "admits 10 calls in a second, then says 3001 with 429", async () => {
    const { realm } = on().twin.control.createCompany({ template: "empty" });
    on().twin.control.moveClock({ scope: realm, freeze: true });
    const { access_token } = on().twin.control.connect(realm);
    const ask = () => call(realm, info(realm), { token: access_token });
    const replies = [];
    for (let turn = 0; turn < 11; turn++) replies.push(await ask());
    expect(replies.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
    expect(replies.at(-1)?.json.fault?.error[0]).toMatchObject({ code: "3001", message: "message=ThrottleExceeded; errorCode=003001; statusCode=429" });
    on().twin.control.moveClock({ scope: realm, advanceMs: 1000 });
    expect((await ask()).status).toBe(200);
    expect(on().twin.control.counters(realm)).toMatchObject({ calls: 12, throttled: 1 });
  });
  behaviour("2.7.per-minute", "Intuit's page", "admits 500 calls in a minute", async () => {
    const { realm } = on().twin.control.createCompany({ template: "empty" });
    on().twin.control.throttle(realm, { perMinute: 20, perSecond: 5 });
    on().twin.control.moveClock({ scope: realm, freeze: true });
    const { access_token } = on().twin.control.connect(realm);
    let admitted = 0;
    for (let second = 0; second < 30; second++) {
      for (let turn = 0; turn < 5; turn++) admitted += (await call(realm, info(realm), { token: access_token })).status === 200 ? 1 : 0;
      on().twin.control.moveClock({ scope: realm, advanceMs: 1000 });
    }
    expect(admitted).toBe(20);
    expect(on().twin.control.throttle(company({ template: "empty" }), { enabled: true })).toMatchObject({ perMinute: 500, perSecond: 10 });
  });
}
