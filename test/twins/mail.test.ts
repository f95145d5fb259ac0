import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Resend } from "resend";
import { describe, inject, it } from "vitest";
import { type Message, Journal } from "../../dev/twins/mail/journal.ts";

const world: string = inject("worldUrl");
const base = `${world}/mail`;
const resend = new Resend("re_test", { baseUrl: base });
const to = () => `${crypto.randomUUID()}@example.com`;

describe("Resend's own client, unpatched", () => {
  it("sends a mail that stands in the inbox with its links", async ({ expect }) => {
    const address = to();
    const { data, error } = await resend.emails.send({
      from: "a@finhelm.test",
      to: address,
      subject: "Hello <b>",
      html: '<a href="https://x.test/?a=1&amp;b=2">go</a>',
      text: "go",
    });
    expect(error).toBeNull();
    const { messages } = (await (await fetch(`${base}/_control/messages?to=${address}`)).json()) as { messages: { id: string; links: string[] }[] };
    expect(messages).toMatchObject([{ id: data?.id, links: ["https://x.test/?a=1&b=2"] }]);
    const page = await (await fetch(`${base}/?to=${address}`)).text();
    expect(page).toContain("Hello &#60;b&#62;");
    expect((await resend.emails.get(data?.id ?? "")).data?.subject).toBe("Hello <b>");
  });

  it("sends once for a repeated idempotency key", async ({ expect }) => {
    const address = to();
    const key = crypto.randomUUID();
    const send = () => resend.emails.send({ from: "a@finhelm.test", to: address, subject: "Once", text: "x" }, { idempotencyKey: key });
    expect((await send()).data).toEqual((await send()).data);
    const { messages } = (await (await fetch(`${base}/_control/messages?to=${address}`)).json()) as { messages: unknown[] };
    expect(messages.length).toBe(1);
    const other = await resend.emails.send({ from: "a@finhelm.test", to: address, subject: "Twice", text: "x" }, { idempotencyKey: key });
    expect(other.error).toMatchObject({ name: "invalid_idempotent_request" });
  });

  it("says what is missing, and who is a stranger", async ({ expect }) => {
    expect((await resend.emails.send({ from: "a@finhelm.test", to: to(), subject: "", text: "x" })).error).toMatchObject({ name: "missing_required_field" });
    const wrong = await fetch(`${base}/emails`, { method: "POST", headers: { authorization: "Bearer nope" }, body: "{}" });
    expect(wrong.status).toBe(401);
  });
});

describe("the inbox on disk", () => {
  const mail = (subject: string): Message => ({
    id: subject,
    to: ["a@example.com"],
    from: "b@example.com",
    subject,
    html: "",
    text: "",
    links: [],
    at: "2026-01-01",
  });

  it("grows by what was sent, keeps the newest, and loses to a torn write no more than that", async ({ expect }) => {
    const directory = await mkdtemp(join(tmpdir(), "finhelm-mail-"));
    const file = join(directory, "mail.jsonl");
    try {
      const journal = await Journal.open(directory, 3);
      for (const subject of ["1", "2", "3", "4"]) await journal.add([mail(subject)]);
      const before = await readFile(file, "utf8");
      expect([before.split("\n").length - 1, journal.newest().map(({ id }) => id)]).toEqual([4, ["4", "3", "2"]]);
      await journal.add([mail("5")]);
      expect((await readFile(file, "utf8")).startsWith(before)).toBe(true);
      await appendFile(file, '{"id":"6","to":["a@exam');
      const again = await Journal.open(directory, 3);
      await again.add([mail("7")]);
      expect((await Journal.open(directory, 3)).newest("A@example.com").map(({ id }) => id)).toEqual(["7", "5", "4"]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
