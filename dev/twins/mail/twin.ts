import { randomUUID } from "node:crypto";
import { type Context, Hono } from "hono";
import { Faults } from "../faults.ts";
import { Journal, type Message } from "./journal.ts";
import { inboxPage, messagePage } from "./pages.ts";

type Sent = { from?: string; to?: string | string[]; subject?: string; html?: string; text?: string };

/** Resend's API before an inbox that a person can open. Any key that begins with `re_` is good. */
export async function createMailTwin(options: { stateDir?: string }): Promise<{ app: Hono; close(): Promise<void> }> {
  const journal = await Journal.open(options.stateDir);
  const answered = new Map<string, { id: string; body: string }>();
  const faults = new Faults("to", "subject");
  const app = new Hono({ strict: false });

  app.use("/emails/*", async (c, next) => {
    if ((c.req.header("authorization") ?? "").startsWith("Bearer re_")) return next();
    return refuse(c, 401, "missing_api_key", "Missing API Key");
  });
  app.post("/emails", async (c) => {
    const body = await c.req.text();
    const sent = parse<Sent>(body);
    return faults.around(c, { to: String(sent?.to).toLowerCase(), subject: sent?.subject ?? "" }, async () => {
      if (!isComplete(sent)) return refuse(c, 422, "missing_required_field", MISSING);
      const key = c.req.header("idempotency-key");
      const known = key === undefined ? undefined : answered.get(key);
      if (known && known.body !== body) return refuse(c, 409, "invalid_idempotent_request", "Same idempotency key used with a different request payload");
      if (known) return c.json({ id: known.id });
      const message = messageOf(sent);
      await journal.add([message]);
      if (key !== undefined) answered.set(key, { id: message.id, body });
      return c.json({ id: message.id });
    });
  });
  app.post("/emails/batch", async (c) => {
    const all = parse<Sent[]>(await c.req.text());
    if (!Array.isArray(all) || !all.every(isComplete)) return refuse(c, 422, "missing_required_field", MISSING);
    const messages = all.map(messageOf);
    await journal.add(messages);
    return c.json({ data: messages.map(({ id }) => ({ id })) });
  });
  app.get("/emails/:id", (c) => {
    const message = journal.find(c.req.param("id"));
    if (!message) return refuse(c, 404, "not_found", "Email not found");
    return c.json({ object: "email", ...message, created_at: message.at, last_event: "delivered" });
  });

  app.get("/_control/messages", (c) => c.json({ messages: journal.newest(c.req.query("to")) }));
  faults.mount(app);
  // its links are relative: the page has one address
  app.get("/", (c) =>
    new URL(c.req.url).pathname.endsWith("/")
      ? c.html(inboxPage(journal.newest(c.req.query("to")), c.req.query("to") ?? ""))
      : c.redirect(`${new URL(c.req.url).pathname}/`),
  );
  app.get("/messages/:id", (c) => {
    const message = journal.find(c.req.param("id"));
    return message ? c.html(messagePage(message)) : c.text("no such mail", 404);
  });
  return { app, close: async () => undefined };
}

const MISSING = "Missing `from`, `to` or `subject` field.";

function refuse(c: Context, status: 401 | 404 | 409 | 422, name: string, message: string) {
  return c.json({ statusCode: status, name, message }, status);
}

function parse<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

type Complete = Sent & { from: string; to: string | string[]; subject: string };

function isComplete(sent: Sent | null): sent is Complete {
  return Boolean(sent?.from && sent.to && sent.to.length > 0 && sent.subject);
}

function messageOf({ from, to, subject, html = "", text = "" }: Complete): Message {
  const links = [...new Set([...`${html} ${text}`.matchAll(/https?:\/\/[^\s"'<>]+/g)].map(([url]) => url.replaceAll("&#38;", "&").replaceAll("&amp;", "&")))];
  const addresses = (Array.isArray(to) ? to : [to]).map((address) => address.toLowerCase());
  return { id: randomUUID(), to: addresses, from, subject, html, text, links, at: new Date().toISOString() };
}
