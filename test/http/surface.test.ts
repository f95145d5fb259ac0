import { SELF } from "cloudflare:test";
import { describe, it } from "vitest";
import { logged } from "../logged.ts";
import { API_URL, client, freshEmail, PASSWORD, person } from "../person.ts";

const raw = (path: string, init: RequestInit = {}, origin = API_URL) =>
  SELF.fetch(`${origin}${path}`, { redirect: "manual", ...init, headers: { "cf-connecting-ip": "10.77.0.1", ...(init.headers as Record<string, string>) } });

describe("every answer", () => {
  it("[M1] carries the security headers: also 401, 404, 405, 413, 415, 429, pages and preflights", async ({ expect }) => {
    const ada = await person();
    const as = { authorization: `Bearer ${ada.accessToken}`, "content-type": "application/json", "cf-connecting-ip": ada.ip };
    const answers: [string, number, Response][] = [
      ["/me", 401, await raw("/me")],
      ["/me", 200, await raw("/me", { headers: as })],
      ["/nowhere", 404, await raw("/nowhere")],
      ["/me", 405, await raw("/me", { method: "PUT" })],
      ["/auth/login", 415, await raw("/auth/login", { method: "POST", body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } })],
      ["/auth/login", 413, await raw("/auth/login", { method: "POST", body: `"${"x".repeat(300_000)}"`, headers: { "content-type": "application/json" } })],
      ["/auth/login", 400, await raw("/auth/login", { method: "POST", body: "{", headers: { "content-type": "application/json" } })],
      ["/openapi.json", 200, await raw("/openapi.json")],
      ["/errors/not_found", 200, await raw("/errors/not_found")],
      ["/docs", 200, await raw("/docs")],
      ["/health/live", 200, await raw("/health/live")],
      ["/me", 204, await raw("/me", { method: "OPTIONS", headers: { origin: "https://app.finhelm.test", "access-control-request-method": "GET" } })],
    ];
    for (const [path, status, response] of answers) {
      await response.text();
      expect([path, response.status]).toEqual([path, status]);
      const header = (name: string) => response.headers.get(name);
      expect([
        path,
        status,
        header("strict-transport-security"),
        header("x-content-type-options"),
        header("referrer-policy"),
        header("cross-origin-resource-policy"),
      ]).toEqual([path, status, "max-age=31536000; includeSubDomains", "nosniff", "no-referrer", "same-origin"]);
      expect(header("content-security-policy")).toMatch(/^default-src 'none'/);
      expect(header("cache-control")).toMatch(/^(no-store|public, |private, )/);
      expect(header("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      expect([header("server"), header("x-powered-by"), header("set-cookie")]).toEqual([null, null, null]);
    }
  });

  it("[M2] allows browser origins by exact name and never with credentials", async ({ expect }) => {
    for (const origin of [
      "null",
      "https://app.finhelm.test.evil.io",
      "https://evilapp.finhelm.test",
      "http://app.finhelm.test",
      "https://app.finhelm.test:444",
    ]) {
      const response = await raw("/me", { headers: { origin } });
      expect([origin, response.headers.get("access-control-allow-origin")]).toEqual([origin, null]);
    }
    const good = await raw("/me", { headers: { origin: "https://app.finhelm.test" } });
    expect([good.headers.get("access-control-allow-origin"), good.headers.get("vary"), good.headers.get("access-control-allow-credentials")]).toEqual([
      "https://app.finhelm.test",
      "Origin",
      null,
    ]);
  });

  it("[M3] refuses plain http without a redirect, and methods that are not there with those that are", async ({ expect }) => {
    const plain = await raw("/me", {}, API_URL.replace("https:", "http:"));
    expect([plain.status, plain.headers.get("location"), ((await plain.json()) as { code: string }).code]).toEqual([403, null, "forbidden"]);
    for (const method of ["PUT", "PATCH", "TRACE"]) {
      const response = await raw("/transactions", { method });
      expect([method, response.status, response.headers.get("allow")]).toEqual([method, 405, "GET, POST"]);
    }
  });

  it("[M4] knows no cookie: none is set, none is read, and no form is taken", async ({ expect }) => {
    const ada = await person();
    const cookie = await raw("/me", { headers: { cookie: `access=${ada.accessToken}; __Host-frt=${ada.refreshToken}` } });
    expect([cookie.status, cookie.headers.get("set-cookie")]).toEqual([401, null]);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      const response = await raw("/transactions", {
        method: "POST",
        body: "{}",
        headers: { authorization: `Bearer ${ada.accessToken}`, "content-type": type, "cf-connecting-ip": ada.ip },
      });
      expect([type, response.status]).toEqual([type, 415]);
    }
  });

  it("[O2] says nothing of our insides, and one event is one line, whatever a client writes", async ({ expect }) => {
    const forged = '\r\n{"level":"error","event":"forged"}';
    const { text, lines, result } = await logged(async () => [
      await client().post(`/nowhere/${encodeURIComponent(forged)}`, {}, { headers: { "user-agent": 'x {"event":"forged"}' } }),
      await client().post("/auth/signup", { name: forged, email: freshEmail(), password: PASSWORD }),
      await client().post("/auth/login", '{"email":"a@b.example","password":"\\u0000"}'),
      await client().get("/auth/verify-email?token='; drop table users; --"),
      await (await person()).get("/transactions/not-an-id"),
    ]);
    for (const line of text.split("\n").filter((one) => one.startsWith("{"))) expect(() => JSON.parse(line) as unknown).not.toThrow();
    expect(lines.some((line) => line.event === "forged")).toBe(false);
    for (const reply of result) {
      expect(reply.status).toBeLessThan(500);
      expect(JSON.stringify(reply.body)).not.toMatch(/\bat [\w.]+ \(|Error:|select |insert |relation |audit_events|node_modules|\.ts:/);
    }
  });
});

describe("hostile bytes", () => {
  it("[E2] are refused with 4xx and never 5xx", async ({ expect }) => {
    const ada = await person();
    const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
      raw("/transactions", {
        method: "POST",
        body,
        headers: { authorization: `Bearer ${ada.accessToken}`, "content-type": "application/json", "cf-connecting-ip": ada.ip, ...headers },
      });
    const coffee = (extra: string) => `{"transactionDate":"2026-01-02","amount":"-3.50","currency":"USD",${extra}}`;
    const cases: [string, Response][] = [
      ["NUL", await post(coffee('"description":"a\\u0000b"'))],
      ["lone surrogate", await post(coffee('"description":"a\\ud800b"'))],
      ["1e400", await post('{"transactionDate":"2026-01-02","description":"x","currency":"USD","amount":1e400}')],
      ["__proto__", await post(coffee('"description":"x","__proto__":{"isAdmin":true}'))],
      ["constructor", await post(coffee('"description":"x","constructor":{"prototype":{}}'))],
      ["deep", await post(`${"[".repeat(10_000)}${"]".repeat(10_000)}`)],
      ["duplicate and wrong", await post(coffee('"description":"x","amount":5'))],
      ["bad UTF-8", await post(new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]))],
      ["gzip", await post(new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), { "content-encoding": "gzip" })],
      ["empty", await post("")],
      ["an array", await post("[]")],
      ["null", await post("null")],
    ];
    for (const [name, response] of cases) {
      await response.text();
      expect([name, response.status >= 400 && response.status < 500]).toEqual([name, true]);
    }
  });

  it("[E3] money stays exact: nineteen digits come back as they went, and no float gets in", async ({ expect }) => {
    const ada = await person();
    const plain = (text: string) => text.replace(/0+$/, "").replace(/\.$/, "");
    // beyond what a float holds: 900719925474099.123 is read as .1
    for (const [amount, currency] of [
      ["900719925474099.123", "BHD"],
      ["999999999999999.999", "KWD"],
      ["-90071992547409.93", "USD"],
      ["0.3", "EUR"],
    ] as const) {
      const made = await ada.post<{ id: string; amount: string }>("/transactions", { transactionDate: "2026-01-02", description: "x", amount, currency });
      expect([made.status, plain(made.body.amount)]).toEqual([201, amount]);
      expect(plain((await ada.get<{ amount: string }>(`/transactions/${made.body.id}`)).body.amount)).toBe(amount);
    }
    for (const amount of [0.1, 1e21, "1e5", "1.00001", "12345678901234567890", "NaN", "-", ""]) {
      expect([amount, (await ada.post("/transactions", { transactionDate: "2026-01-02", description: "x", amount, currency: "USD" })).status]).toEqual([
        amount,
        400,
      ]);
    }
  });

  it("[E4] pages are 1 to 200, and a cursor opens its own list for its own user alone", async ({ expect }) => {
    const [ada, eve] = [await person(), await person()];
    for (let i = 0; i < 3; i++) await ada.post("/transactions", { transactionDate: "2026-01-02", description: `x${i}`, amount: "-1", currency: "USD" });
    for (const limit of ["0", "201", "1e9", "-1", "abc"]) expect([limit, (await ada.get(`/transactions?limit=${limit}`)).status]).toEqual([limit, 400]);
    const { nextCursor } = (await ada.get<{ nextCursor: string }>("/transactions?limit=2")).body;
    expect((await ada.get(`/transactions?limit=2&cursor=${nextCursor}`)).status).toBe(200);
    expect((await eve.get(`/transactions?limit=2&cursor=${nextCursor}`)).status).toBe(400);
    const changed = `${nextCursor.slice(0, -1)}${nextCursor.endsWith("x") ? "y" : "x"}`;
    expect((await ada.get(`/transactions?limit=2&cursor=${changed}`)).status).toBe(400);
    expect((await ada.get(`/audit-events?cursor=${nextCursor}`)).status).toBe(400);
  });
});
