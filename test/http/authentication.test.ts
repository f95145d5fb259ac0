import { createHmac, hkdfSync, scryptSync } from "node:crypto";
import { describe, inject, it } from "vitest";
import { logged } from "../logged.ts";
import { asOwner } from "../owner.ts";
import { timed } from "../statistics.ts";
import { client, freshAddress, freshEmail, inbox, type Json, mailedToken, PASSWORD, person, type Reply, signedUp } from "../person.ts";

const bare = (reply: Reply<Json>) => {
  const { requestId: _, ...rest } = reply.body;
  return { status: reply.status, body: rest, headers: [...reply.headers.keys()].filter((name) => name !== "ratelimit").sort() };
};
const logIn = (email: string, password: string, ip = freshAddress()) => client(undefined, ip).post("/auth/login", { email, password });

/** The hash of a password as Node computes it, without a line of ours. */
function reference(password: string, salt: Buffer, { N, r, p }: { N: number; r: number; p: number }): string {
  const root = Buffer.from(inject("vars")["LINK_SIGNING_KEY"] ?? "", "base64");
  const pepper = Buffer.from(hkdfSync("sha256", root, Buffer.alloc(32), "finhelm|password", 32));
  const hash = scryptSync(createHmac("sha256", pepper).update(password.normalize("NFC")).digest(), salt, 32, { N, r, p, maxmem: 2 ** 26 });
  return `$scrypt$ln=${Math.log2(N)},r=${r},p=${p}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

describe("log-in", () => {
  it("[A1] is one and the same for an unknown address, a wrong password, a locked and an unverified account: body, headers, work", async ({ expect }) => {
    const [ada, bob] = [await person(), await person()];
    await asOwner("update users set failed_logins = 100 where email = $1", [bob.email]);
    const unverified = freshEmail();
    await client().post("/auth/signup", { name: "Eve", email: unverified, password: PASSWORD });
    const tries: [string, string][] = [
      [freshEmail(), PASSWORD],
      [ada.email, `${PASSWORD}!`],
      [bob.email, PASSWORD],
      [unverified, `${PASSWORD}!`],
      [freshEmail(), "short"],
    ];
    const seen = [];
    for (const [email, password] of tries) {
      const { lines, result } = await logged(() => logIn(email, password));
      seen.push({ ...bare(result), hops: lines.find((line) => line.event === "request")?.hops });
    }
    expect(seen[0]).toMatchObject({ status: 401, hops: { gate: 3, db: 2 } });
    for (const one of seen) expect(one).toEqual(seen[0]);
  });

  it.runIf(process.env["PROVE"] === "1")(
    "[A1] takes as long for an unknown address as for a wrong password",
    async ({ expect }) => {
      // ten tries an account are hashed in a quarter of an hour
      const people = await Promise.all(Array.from({ length: 60 }, () => person()));
      let tries = 0;
      const wrong = () => logIn(people[++tries % people.length]?.email ?? "", "a wrong password");
      const found = await timed(200, [wrong, () => logIn(freshEmail(), "a wrong password")]);
      console.log(`[A1] a wrong password against an unknown address: ${JSON.stringify(found)}`);
      expect(found).toMatchObject({ isAlike: true });
    },
    600_000,
  );

  it("[A5] computes ten hashes an account in 15 minutes at most, wherever the tries come from, and leaves a known device its own ten", async ({ expect }) => {
    const ada = await person();
    const { lines, result } = await logged(async () => {
      const replies = [];
      for (let i = 0; i < 200; i++) replies.push(await logIn(ada.email, `wrong password ${i}`));
      return replies;
    });
    const statuses = result.map((reply) => reply.status);
    expect([statuses.slice(0, 10), new Set(statuses.slice(10))]).toEqual([Array<number>(10).fill(401), new Set([429])]);
    expect(Number(result.at(-1)?.headers.get("retry-after"))).toBeGreaterThan(0);
    // what is refused by the limit reaches neither the turnstile (a third hop) nor a hash
    expect(new Set(lines.filter((line) => line.event === "request" && line.status === 429).map((line) => line.hops?.gate))).toEqual(new Set([2]));
    expect((await logIn(ada.email, PASSWORD, ada.ip)).status).toBe(200);
  });

  it("[A5] lets one address try ten accounts at once and ten a minute: of two hundred, the rest is refused before anything is looked up", async ({
    expect,
  }) => {
    const [ip, started] = [freshAddress(), Date.now()];
    const { lines, result } = await logged(async () => {
      const replies = [];
      for (let i = 0; i < 200; i++) replies.push(await logIn(freshEmail(), "a wrong password", ip));
      return replies;
    });
    const tried = result.filter((reply) => reply.status !== 429).length;
    expect([tried >= 10, tried <= 11 + (Date.now() - started) / 6_000]).toEqual([true, true]);
    const refused = lines.filter((line) => line.event === "request" && line.status === 429);
    expect([refused.length, new Set(refused.map((line) => JSON.stringify(line.hops)))]).toEqual([
      200 - tried,
      new Set([JSON.stringify({ gate: 1, db: 0, cache: 0, quickbooks: 0, grok: 0 })]),
    ]);
  });

  it("[A5] after a hundred failures in a row lets in a known device or a reset, and nobody else", async ({ expect }) => {
    const ada = await person();
    await asOwner("update users set failed_logins = 100 where email = $1", [ada.email]);
    expect((await logIn(ada.email, PASSWORD)).status).toBe(401);
    expect((await logIn(ada.email, PASSWORD, ada.ip)).status).toBe(200);
    await asOwner("update users set failed_logins = 100 where email = $1", [ada.email]);
    await client().post("/auth/forgot-password", { email: ada.email });
    const password = "yet another horse";
    expect((await client().post("/auth/reset-password", { token: await mailedToken(ada.email), password })).status).toBe(200);
    expect((await logIn(ada.email, password)).status).toBe(200);
  });

  it("[A4] keeps scrypt hashes that Node's own scrypt reproduces, and hashes anew under today's parameters at log-in", async ({ expect }) => {
    const ada = await signedUp();
    const stored = async () => String((await asOwner("select password_hash from users where email = $1", [ada.email]))[0]?.["password_hash"]);
    const hash = await stored();
    expect(hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/);
    const salt = Buffer.from(hash.split("$")[3] ?? "", "base64url");
    expect(hash).toBe(reference(PASSWORD, salt, { N: 2 ** 15, r: 8, p: 3 }));
    await asOwner("update users set password_hash = $2 where email = $1", [ada.email, reference(PASSWORD, salt, { N: 2 ** 14, r: 8, p: 1 })]);
    expect((await logIn(ada.email, PASSWORD)).status).toBe(200);
    expect(await stored()).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
    expect((await logIn(ada.email, PASSWORD)).status).toBe(200);
  });
});

describe("sign-up and forgot", () => {
  it("[A2] say the same for a known and an unknown address, and send nothing from the request", async ({ expect }) => {
    const ada = await person();
    const twice = async (path: string, body: (email: string) => unknown) => {
      const seen = [];
      for (const email of [ada.email, freshEmail()]) {
        const { lines, result } = await logged(() => client().post(path, body(email)));
        seen.push({ ...bare(result), hops: lines.find((line) => line.event === "request")?.hops });
      }
      return seen;
    };
    const [known, fresh] = await twice("/auth/signup", (email) => ({ name: "Eve", email, password: PASSWORD }));
    expect(known).toEqual(fresh);
    expect(known?.status).toBe(202);
    const [first, second] = await twice("/auth/forgot-password", (email) => ({ email }));
    expect(first).toEqual(second);
    expect(first?.status).toBe(202);
    const [again, nobody] = await twice("/auth/resend-verification", (email) => ({ email }));
    expect(again).toEqual(nobody);
    expect(again).toMatchObject({ status: 202, hops: { db: 2 } });
  });

  it.runIf(process.env["PROVE"] === "1")(
    "[A2] take as long for a known address as for an unknown one",
    async ({ expect }) => {
      const [ada, unverified] = [await person(), freshEmail()];
      await client().post("/auth/signup", { name: "Eve", email: unverified, password: PASSWORD });
      const calls = (path: string, known: string, pairs: number, lanes: number, body: (email: string) => object) =>
        timed(pairs, [() => client().post(path, body(known)), () => client().post(path, body(freshEmail()))], lanes);
      const found = {
        forgot: await calls("/auth/forgot-password", ada.email, 800, 4, (email) => ({ email })),
        resend: await calls("/auth/resend-verification", unverified, 800, 4, (email) => ({ email })),
        signUp: await calls("/auth/signup", ada.email, 200, 1, (email) => ({ name: "Eve", email, password: PASSWORD })),
      };
      console.log(`[A2] known against unknown address: ${JSON.stringify(found)}`);
      for (const one of Object.values(found)) expect(one).toMatchObject({ isAlike: true });
    },
    600_000,
  );

  it("[A3] take 12 to 128 characters of anything, keep every one of them, and refuse what is guessed first", async ({ expect }) => {
    const pointer = (reply: Reply<Json>) => [reply.status, (reply.body["errors"] as { pointer: string }[] | undefined)?.[0]?.pointer];
    const signUp = (password: string) => client().post("/auth/signup", { name: "Ada", email: freshEmail(), password });
    for (const weak of [
      "eleven char",
      "x".repeat(129),
      "passwordpassword",
      "finhelm-2026!",
      "123456789012",
      "qwertyuiopasdf",
      "aaaaaaaaaaaaaaa",
      "\ud800 lone surrogate",
    ])
      expect(pointer(await signUp(weak)), weak).toEqual([400, "/password"]);
    const email = freshEmail();
    const password = `${"日本語 пароль 🔑\u0000 ".repeat(8)}${"z".repeat(8)}`.slice(0, 127);
    expect((await client().post("/auth/signup", { name: "Ada", email, password })).status).toBe(202);
    await client().get(`/auth/verify-email?token=${await mailedToken(email)}`);
    expect((await logIn(email, password)).status).toBe(200);
    expect((await logIn(email, `${password.slice(0, -1)}y`)).status).toBe(401);
  });
});

describe("links in mails", () => {
  it("[A7] reset once: of fifty at once one works and one leaves a trail; they are kept as hashes, die of age and of a newer one", async ({ expect }) => {
    const ada = await person();
    await client().post("/auth/forgot-password", { email: ada.email }, { headers: { host: "evil.example" } });
    const mail = (await inbox(ada.email))[0];
    expect(mail?.links[0]).toMatch(/^https:\/\/app\.finhelm\.test\/reset-password#token=fh_ot_/);
    const token = await mailedToken(ada.email);
    const rows = await asOwner<{ row: string }>("select t::text as row from one_time_tokens t join users u on u.id = t.user_id where u.email = $1", [
      ada.email,
    ]);
    expect(rows.map((one) => one.row).join()).not.toContain(token.slice(-49));
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, i) => client().post("/auth/reset-password", { token, password: `a fresh password ${i}` })),
    );
    expect(replies.map((reply) => reply.status).sort((a, b) => a - b)).toEqual([200, ...Array<number>(49).fill(400)]);
    const [{ n } = { n: 0 }] = await asOwner<{ n: string }>(
      "select count(*) n from audit_events e join users u on u.id = e.user_id where u.email = $1 and action = 'password.reset'",
      [ada.email],
    );
    expect(Number(n)).toBe(1);
    expect(replies.every((reply) => reply.body["accessToken"] === undefined)).toBe(true);

    await client().post("/auth/forgot-password", { email: ada.email });
    const older = await mailedToken(ada.email, 3);
    await client().post("/auth/forgot-password", { email: ada.email });
    const newer = await mailedToken(ada.email, 4);
    expect((await client().post("/auth/reset-password", { token: older, password: "a fresh password" })).body["code"]).toBe("invalid_token");
    await asOwner("update one_time_tokens set expires_at = expires_at - interval '10 minutes' where used_at is null and purpose = 'reset'");
    expect((await client().post("/auth/reset-password", { token: newer, password: "a fresh password" })).body["code"]).toBe("invalid_token");
  });
});

describe("change of password", () => {
  it("[A8] needs the current one, ends every session at once and goes on with new tokens", async ({ expect }) => {
    const ada = await person();
    const missing = await ada.post("/auth/change-password", { newPassword: "a fresh password" });
    const wrong = await ada.post("/auth/change-password", { currentPassword: "wrong", newPassword: "a fresh password" });
    expect([missing.status, wrong.status]).toEqual([400, 401]);
    const right = await ada.post<{ accessToken: string }>("/auth/change-password", { currentPassword: PASSWORD, newPassword: "a fresh password" });
    const changed = Date.now();
    expect(right.status).toBe(200);
    expect((await ada.get("/me")).status).toBe(401);
    expect((await client().post("/auth/refresh", { refreshToken: ada.refreshToken })).status).toBe(401);
    expect(Date.now() - changed).toBeLessThan(1_000);
    expect((await client(right.body.accessToken).get("/me")).status).toBe(200);
    expect((await logIn(ada.email, PASSWORD)).status).toBe(401);
    expect((await inbox(ada.email))[0]?.subject).toBe("Your password was changed");
  });
});
