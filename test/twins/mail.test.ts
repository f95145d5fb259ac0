import { Resend } from "resend";
import { describe, inject, it } from "vitest";

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
  });

  it("says what is missing, and who is a stranger", async ({ expect }) => {
    expect((await resend.emails.send({ from: "a@finhelm.test", to: to(), subject: "", text: "x" })).error).toMatchObject({ name: "missing_required_field" });
    const wrong = await fetch(`${base}/emails`, { method: "POST", headers: { authorization: "Bearer nope" }, body: "{}" });
    expect(wrong.status).toBe(401);
  });
});
