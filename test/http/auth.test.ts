import { SELF } from "cloudflare:test";
import { describe, it } from "vitest";
import { API_URL, client, freshEmail, inbox, mailedToken, PASSWORD, person } from "../person.ts";

type Tokens = { accessToken: string; refreshToken: string };

describe("sign-up", () => {
  it("answers the same for a known address and mails its owner a note instead of a link", async ({ expect }) => {
    const ada = await person();
    const again = await client().post("/auth/signup", { name: "Eve", email: ada.email, password: PASSWORD });
    const fresh = await client().post("/auth/signup", { name: "Eve", email: freshEmail(), password: PASSWORD });
    expect([again.status, again.body]).toEqual([fresh.status, fresh.body]);
    const [note] = await inbox(ada.email);
    expect(note?.subject).toBe("You already have a FinHelm account");
    expect(note?.links).toEqual([]);
  });

  it("refuses a short password, an unknown field and a malformed address, each with a pointer, and makes nobody", async ({ expect }) => {
    const email = freshEmail();
    const short = await client().post("/auth/signup", { name: "Ada", email, password: "short" });
    const extra = await client().post("/auth/signup", { name: "Ada", email, password: PASSWORD, isAdmin: true });
    const wrong = await client().post("/auth/signup", { name: "Ada", email: "nobody", password: PASSWORD });
    expect([short, extra, wrong].map((reply) => [reply.status, (reply.body["errors"] as { pointer: string }[])[0]?.pointer])).toEqual([
      [400, "/password"],
      [400, "/isAdmin"],
      [400, "/email"],
    ]);
    expect((await client().post("/auth/login", { email, password: PASSWORD })).status).toBe(401);
  });
});

describe("log-in", () => {
  it("tells nobody but who knows the password that an address is not verified", async ({ expect }) => {
    const email = freshEmail();
    await client().post("/auth/signup", { name: "Ada", email, password: PASSWORD });
    const right = await client().post("/auth/login", { email, password: PASSWORD });
    const wrong = await client().post("/auth/login", { email, password: `${PASSWORD}!` });
    const unknown = await client().post("/auth/login", { email: freshEmail(), password: PASSWORD });
    expect(right.body["code"]).toBe("email_unverified");
    const { requestId: _a, ...wrongBody } = wrong.body;
    const { requestId: _b, ...unknownBody } = unknown.body;
    expect([wrong.status, wrongBody]).toEqual([unknown.status, unknownBody]);
  });

  it("stops after ten tries at one account, whatever addresses they come from", async ({ expect }) => {
    const ada = await person();
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) statuses.push((await client().post("/auth/login", { email: ada.email, password: "wrong password" })).status);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe("verification", () => {
  it("survives a link scanner that opens the link first", async ({ expect }) => {
    const email = freshEmail();
    await client().post("/auth/signup", { name: "Ada", email, password: PASSWORD });
    const token = await mailedToken(email);
    expect((await client().get(`/auth/verify-email?token=${token}`)).status).toBe(200);
    expect((await client().get(`/auth/verify-email?token=${token}`)).status).toBe(200);
    expect((await client().post("/auth/login", { email, password: PASSWORD })).status).toBe(200);
  });
});

describe("reset", () => {
  it("sets the password once and ends every session at once, also for access tokens that are alive", async ({ expect }) => {
    const ada = await person();
    expect((await client().post("/auth/forgot-password", { email: ada.email })).status).toBe(202);
    const token = await mailedToken(ada.email);
    const password = "another horse battery";
    expect((await client().post("/auth/reset-password", { token, password })).status).toBe(200);
    expect((await client().post("/auth/reset-password", { token, password })).body["code"]).toBe("invalid_token");
    expect((await ada.get("/me")).status).toBe(401);
    expect((await client().post("/auth/refresh", { refreshToken: ada.refreshToken })).status).toBe(401);
    expect((await client().post("/auth/login", { email: ada.email, password })).status).toBe(200);
  });
});

describe("refresh", () => {
  it("gives a repeat within ten seconds the same successor, and never two", async ({ expect }) => {
    const ada = await person();
    const replies = await Promise.all(Array.from({ length: 10 }, () => client().post<Tokens>("/auth/refresh", { refreshToken: ada.refreshToken })));
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([200]));
    expect(new Set(replies.map((reply) => reply.body.refreshToken)).size).toBe(1);
  });
});

describe("sessions", () => {
  it("are told apart by device and place, which is none where nobody knows it", async ({ expect }) => {
    const ada = await person();
    const body = JSON.stringify({ email: ada.email, password: PASSWORD });
    const from = (userAgent: string, cf: Record<string, string>) =>
      SELF.fetch(`${API_URL}/auth/login`, {
        method: "POST",
        body,
        headers: { "content-type": "application/json", "user-agent": userAgent, "cf-connecting-ip": ada.ip },
        cf,
      });
    for (const [userAgent, cf] of [
      ["Phone/1", { city: "Berlin", country: "DE" }],
      ["Laptop/2", { country: "PT" }],
      ["Script/3", {}],
    ] as const)
      expect((await from(userAgent, cf)).status).toBe(200);
    const { data } = (await ada.get<{ data: { userAgent: string; ip: string; place: string | null; current: boolean }[] }>("/auth/sessions")).body;
    expect(data.map(({ userAgent, ip, place, current }) => [userAgent, ip, place, current])).toEqual([
      ["Script/3", ada.ip, null, false],
      ["Laptop/2", ada.ip, "PT", false],
      ["Phone/1", ada.ip, "Berlin, DE", false],
      ["", ada.ip, null, true],
    ]);
  });

  it("end one by one, and the access token with them", async ({ expect }) => {
    const ada = await person();
    const second = await client().post<Tokens>("/auth/login", { email: ada.email, password: PASSWORD });
    const other = client(second.body.accessToken);
    expect((await other.get("/me")).status).toBe(200);
    expect((await ada.delete("/auth/sessions")).body).toEqual({ ended: 1 });
    expect((await other.get("/me")).status).toBe(401);
    expect((await ada.get("/me")).status).toBe(200);
    expect((await ada.post("/auth/logout")).status).toBe(200);
    expect((await ada.get("/me")).status).toBe(401);
  });
});
