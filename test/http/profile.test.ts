import { createScheduledController, env, SELF } from "cloudflare:test";
import { describe, it } from "vitest";
import { codeAt } from "../../src/features/auth/totp.ts";
import worker from "../../src/worker.ts";
import { asOwner } from "../owner.ts";
import { API_URL, client, freshEmail, inbox, mailedToken, PASSWORD, person, withKey } from "../person.ts";

const files = (env as unknown as { FILES: R2Bucket }).FILES;
const step = () => Math.floor(Date.now() / 30_000);
const idOf = async (email: string) => String((await asOwner("select id from users where email = $1", [email]))[0]?.["id"]);

async function cron(): Promise<void> {
  const waits: Promise<unknown>[] = [];
  await worker.scheduled(
    createScheduledController({ cron: "*/5 * * * *" }),
    env as never,
    { waitUntil: (work: Promise<unknown>) => void waits.push(work), passThroughOnException: () => undefined } as never,
  );
  await Promise.all(waits);
}

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await what()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("it did not come to pass");
}

describe("PATCH /me", () => {
  it("changes the name at once, and the address after proof: the old one is told, every session ends", async ({ expect }) => {
    const ada = await person();
    expect((await ada.patch("/me", { name: "Ada L." })).body["name"]).toBe("Ada L.");
    const email = freshEmail();
    expect([
      (await ada.patch("/me", { email })).status,
      (await ada.patch("/me", { email, currentPassword: "wrong" })).status,
      (await ada.patch("/me", {})).status,
    ]).toEqual([400, 401, 400]);
    expect((await ada.patch("/me", { email, currentPassword: PASSWORD })).body["email"]).toBe(ada.email);
    const token = await mailedToken(email);
    expect((await client().get(`/auth/verify-email?token=${token}`)).status).toBe(200);
    expect((await client().get(`/auth/verify-email?token=${token}`)).status).toBe(200);
    expect((await ada.get("/me")).status).toBe(401);
    expect((await client().post("/auth/login", { email: ada.email, password: PASSWORD })).status).toBe(401);
    expect((await client().post("/auth/login", { email, password: PASSWORD })).status).toBe(200);
    expect((await inbox(ada.email))[0]?.subject).toBe("Your e-mail address was changed");
  });

  it("says nothing of an address that is somebody else's", async ({ expect }) => {
    const [ada, bob] = [await person(), await person()];
    const taken = await ada.patch("/me", { email: bob.email, currentPassword: PASSWORD });
    expect([taken.status, taken.body["email"]]).toEqual([200, ada.email]);
    expect((await inbox(bob.email))[0]?.links).toEqual([]);
  });
});

describe("the second factor", () => {
  it("computes the codes of RFC 6238", async ({ expect }) => {
    const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    const vectors: [number, string][] = [
      [59, "287082"],
      [1_111_111_109, "081804"],
      [1_234_567_890, "005924"],
      [20_000_000_000, "353130"],
    ];
    for (const [time, code] of vectors) expect(await codeAt(secret, Math.floor(time / 30))).toBe(code);
  });

  it("is asked at log-in and for what cannot be taken back; a code works once, a backup code too", async ({ expect }) => {
    const ada = await person();
    const { secret } = (await ada.post<{ secret: string }>("/me/totp")).body;
    expect((await ada.post("/me/totp/confirm", { code: "000000" })).status).toBe(400);
    const first = await codeAt(secret, step());
    const confirmed = await ada.post<{ backupCodes: string[] }>("/me/totp/confirm", { code: first });
    expect([confirmed.status, new Set(confirmed.body.backupCodes).size]).toEqual([200, 10]);
    const logIn = (code?: string) => client().post("/auth/login", { email: ada.email, password: PASSWORD, ...(code ? { code } : {}) });
    expect([(await logIn()).body["code"], (await logIn(first)).status]).toEqual(["code_required", 401]);
    const next = await codeAt(secret, step() + 1);
    const both = await Promise.all([logIn(next), logIn(next)]);
    expect(both.map((reply) => reply.status).sort((a, b) => a - b)).toEqual([200, 401]);
    const [backup = "", other = ""] = confirmed.body.backupCodes;
    expect([(await logIn(backup.toLowerCase())).status, (await logIn(backup)).status]).toEqual([200, 401]);
    for (const [method, path, body] of [
      ["POST", "/api-keys", { name: "x", scopes: ["profile:read"] }],
      ["POST", "/me/export", {}],
      ["DELETE", "/me", undefined],
      ["DELETE", `/accounts/${crypto.randomUUID()}`, undefined],
      ["DELETE", "/me/totp", undefined],
    ] as const)
      expect([path, (await ada.call(method, path, body)).body["code"]]).toEqual([path, "code_required"]);
    expect((await ada.delete("/me/totp", { headers: { "totp-code": other } })).status).toBe(200);
    expect((await logIn()).status).toBe(200);
  });
});

describe("an export", () => {
  it("is a zip of everything of the person's and nothing of anybody's secrets", async ({ expect }) => {
    const ada = await person();
    const key = await withKey(ada, ["profile:read"]);
    await ada.post("/transactions", { transactionDate: "2026-01-02", description: "=1+1", amount: "-3.50", currency: "USD" });
    const asked = await ada.post<{ id: string }>("/me/export");
    expect(asked.status).toBe(202);
    await until(async () => (await ada.get(`/me/exports/${asked.body.id}`)).body["status"] === "ready");
    const response = await SELF.fetch(`${API_URL}/me/exports/${asked.body.id}/download`, {
      headers: { authorization: `Bearer ${ada.accessToken}`, "cf-connecting-ip": ada.ip },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([response.status, response.headers.get("content-type"), bytes.readUInt32LE(0), bytes.readUInt32LE(bytes.length - 22)]).toEqual([
      200,
      "application/zip",
      0x04034b50,
      0x06054b50,
    ]);
    const text = bytes.toString("utf8");
    const views = await asOwner<{ name: string }>("select relname as name from pg_class where relnamespace = 'mine'::regnamespace and relkind = 'v'");
    const counts = await Promise.all(
      views.map(async ({ name }) => ({
        name,
        rows: Number(
          (
            await asOwner(`select count(*) n from ${name} where ${name === "users" ? "id" : "user_id"} = (select id from users where email = $1)`, [ada.email])
          )[0]?.["n"],
        ),
      })),
    );
    for (const { name, rows } of counts)
      if (rows > 0) expect([name, text.includes(`${name}-0001.json`), text.includes(`${name}-0001.csv`)]).toEqual([name, true, true]);
    expect(text).toContain(`'=1+1`);
    expect(text).toMatch(/"amount": "-3\.5000"/);
    for (const secret of ["scrypt", key.key.slice(-49)]) expect(text.includes(secret)).toBe(false);
    expect((await inbox(ada.email))[0]?.subject).toBe("Your data is ready");
    const eve = await person();
    expect((await eve.get(`/me/exports/${asked.body.id}/download`)).status).toBe(404);
  });
});

describe("leaving", () => {
  it("takes seven days in which it can be taken back; then nothing of the person is left in any table or bucket", async ({ expect }) => {
    const ada = await person();
    const key = await withKey(ada, ["profile:read"]);
    await key.get("/me");
    await ada.post("/transactions", { transactionDate: "2026-01-02", description: "coffee", amount: "-3.50", currency: "USD" });
    const userId = await idOf(ada.email);
    await files.put(`${userId}/reports/left.csv`, "x");
    const asked = await ada.delete<{ eraseAt: string }>("/me");
    expect([asked.status, Math.round((Date.parse(asked.body.eraseAt) - Date.now()) / 86_400_000)]).toEqual([202, 7]);
    expect((await ada.post("/me/keep")).status).toBe(200);
    expect((await ada.get("/me")).body["eraseAt"]).toBeNull();
    await ada.delete("/me");
    expect((await inbox(ada.email))[0]?.subject).toBe("Your account will be erased");
    await cron();
    expect((await ada.get("/me")).status).toBe(200);
    await asOwner("update users set erase_at = erase_at - interval '8 days' where id = $1", [userId]);
    await cron();
    await until(async () => (await asOwner("select 1 from users where id = $1", [userId])).length === 0);
    expect([(await ada.get("/me")).status, (await key.get("/me")).status]).toEqual([401, 401]);
    expect((await client().post("/auth/login", { email: ada.email, password: PASSWORD })).status).toBe(401);
    const tables = await asOwner<{ name: string }>(
      "select c.oid::regclass::text as name from pg_class c where relnamespace = 'public'::regnamespace and relkind = 'r'",
    );
    for (const { name } of tables) {
      const left = await asOwner<{ row: string }>(`select t::text as row from ${name} t where t::text like '%' || $1 || '%' or t::text like '%' || $2 || '%'`, [
        userId,
        ada.email,
      ]);
      if (name === "audit_events") expect(left.filter(({ row }) => row.includes(ada.email) || row.includes(ada.ip))).toEqual([]);
      else expect([name, left]).toEqual([name, []]);
    }
    expect((await files.list({ prefix: userId })).objects).toEqual([]);
  });
});
