import { randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Hono } from "hono";
import { Faults } from "../faults.ts";
import { inboxPage, messagePage } from "./pages.ts";

export type Message = { id: string; to: string[]; from: string; subject: string; html: string; text: string; links: string[]; at: string };
type Sent = { from?: string; to?: string | string[]; subject?: string; html?: string; text?: string };

const KEPT_MOST = 5_000;

/** Resend's API before an inbox that a person can open. Any key that begins with `re_` is good. */
export async function createMailTwin(options: { stateDir?: string }): Promise<{ app: Hono; close(): Promise<void> }> {
  const file = options.stateDir ? join(options.stateDir, "mail.json") : null;
  const messages: Message[] = file ? (JSON.parse(await readFile(file, "utf8").catch(() => "[]")) as Message[]) : [];
  const byKey = new Map<string, string>();
  const faults = new Faults("to", "subject");
  const app = new Hono({ strict: false });

  const save = async () => {
    if (!file || !options.stateDir) return;
    await mkdir(options.stateDir, { recursive: true });
    await writeFile(file, JSON.stringify(messages));
  };
  const keep = (sent: Sent): Message => {
    const html = sent.html ?? "";
    const text = sent.text ?? "";
    const links = [...new Set([...`${html} ${text}`.matchAll(/https?:\/\/[^\s"'<>]+/g)].map(([url]) => url.replaceAll("&#38;", "&").replaceAll("&amp;", "&")))];
    const to = (Array.isArray(sent.to) ? sent.to : [sent.to ?? ""]).map((address) => address.toLowerCase());
    const message = { id: randomUUID(), to, from: sent.from ?? "", subject: sent.subject ?? "", html, text, links, at: new Date().toISOString() };
    messages.unshift(message);
    messages.length = Math.min(messages.length, KEPT_MOST);
    return message;
  };

  app.use("/emails/*", async (c, next) => {
    if ((c.req.header("authorization") ?? "").startsWith("Bearer re_")) {
      await next();
      return undefined;
    }
    return c.json({ statusCode: 401, name: "missing_api_key", message: "Missing API Key" }, 401);
  });
  app.post("/emails", async (c) => {
    const sent = await c.req.json<Sent>();
    return faults.around(c, { to: String(sent.to).toLowerCase(), subject: sent.subject ?? "" }, async () => {
      if (!sent.from || !sent.to || !sent.subject)
        return c.json({ statusCode: 422, name: "missing_required_field", message: "Missing `from`, `to` or `subject` field." }, 422);
      const key = c.req.header("idempotency-key");
      const known = key === undefined ? undefined : byKey.get(key);
      if (known) return c.json({ id: known });
      const { id } = keep(sent);
      if (key !== undefined) byKey.set(key, id);
      await save();
      return c.json({ id });
    });
  });
  app.post("/emails/batch", async (c) => {
    const data = (await c.req.json<Sent[]>()).map((sent) => ({ id: keep(sent).id }));
    await save();
    return c.json({ data });
  });
  app.get("/emails/:id", (c) => {
    const message = messages.find((one) => one.id === c.req.param("id"));
    if (!message) return c.json({ statusCode: 404, name: "not_found", message: "Email not found" }, 404);
    return c.json({ object: "email", ...message, created_at: message.at, last_event: "delivered" });
  });

  const of = (address: string | undefined) => (address ? messages.filter((message) => message.to.includes(address.toLowerCase())) : messages);
  app.get("/_control/messages", (c) => c.json({ messages: of(c.req.query("to")).slice(0, 200) }));
  faults.mount(app);
  // its links are relative: the page has one address
  app.get("/", (c) =>
    new URL(c.req.url).pathname.endsWith("/")
      ? c.html(inboxPage(of(c.req.query("to")).slice(0, 200), c.req.query("to") ?? ""))
      : c.redirect(`${new URL(c.req.url).pathname}/`),
  );
  app.get("/messages/:id", (c) => {
    const message = messages.find((one) => one.id === c.req.param("id"));
    return message ? c.html(messagePage(message)) : c.text("no such mail", 404);
  });
  return { app, close: save };
}
