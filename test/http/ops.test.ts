import { createExecutionContext, createMessageBatch, env } from "cloudflare:test";
import { describe, inject, it } from "vitest";
import type { Env } from "../../src/env.ts";
import worker from "../../src/worker.ts";
import { workerBehindFaults } from "../outages/behind.ts";
import { asOwner } from "../owner.ts";
import { client } from "../person.ts";

type Letter = { id: string; queue: string; cause: string; attempts: number; message: { mailId?: string }; replayedAt: string | null; droppedAt: string | null };
const operator = client(inject("vars")["OPS_TOKEN"]);
const scraper = client(inject("vars")["METRICS_TOKEN"]);

/** A message that its queue gave up on. Returns its letter, as an operator finds it. */
async function buried(body: Record<string, unknown>): Promise<Letter> {
  const batch = createMessageBatch("work-dead", [{ id: crypto.randomUUID(), timestamp: new Date(), attempts: 9, body }] as never);
  await worker.queue(batch as never, env as unknown as Env, createExecutionContext());
  const { data } = (await operator.get<{ data: Letter[] }>("/ops/dead-letters")).body;
  const letter = data.find((one) => JSON.stringify(one.message) === JSON.stringify(body) || one.message.mailId === body["mailId"]);
  if (!letter) throw new Error("the letter is not in the list");
  return letter;
}
const mail = () => ({ type: "mail", userId: crypto.randomUUID(), requestId: "origin-7", mailId: crypto.randomUUID() });
const value = (text: string, name: string) => Number(new RegExp(`^finhelm_${name.replace(/[{}]/g, "\\$&")} (\\S+)$`, "m").exec(text)?.[1]);

describe("/ops", () => {
  it("is nobody's but the operator's, and in no document", async ({ expect }) => {
    const paths = ["/ops/dead-letters", `/ops/dead-letters/${crypto.randomUUID()}`, "/ops/health", "/metrics"];
    for (const path of paths) {
      for (const who of [client(), client("guess"), path === "/metrics" ? operator : scraper])
        expect([path, (await who.get(path)).status]).toEqual([path, 401]);
    }
    const { body } = await client().get<{ paths: Record<string, unknown> }>("/openapi.json");
    expect(Object.keys(body.paths).filter((path) => /ops|metrics/.test(path))).toEqual([]);
  });

  it("[K2] shows what a queue gave up on, sends it again once, and says so in the trail", async ({ expect }) => {
    const letter = await buried(mail());
    expect(letter).toMatchObject({ queue: "work", cause: "retries exhausted", attempts: 9, replayedAt: null, droppedAt: null });
    const before = value((await scraper.get<string>("/metrics")).body, "dead_letters");
    const replayed = await operator.post<Letter>(`/ops/dead-letters/${letter.id}/replay`);
    expect([replayed.status, replayed.body.replayedAt === null]).toEqual([200, false]);
    expect((await operator.post(`/ops/dead-letters/${letter.id}/replay`)).status).toBe(409);
    expect((await operator.delete(`/ops/dead-letters/${letter.id}`)).status).toBe(409);
    expect((await operator.get<Letter>(`/ops/dead-letters/${letter.id}`)).body.replayedAt).toBe(replayed.body.replayedAt);
    expect(value((await scraper.get<string>("/metrics")).body, "dead_letters")).toBe(before - 1);
    const trail = await asOwner("select action from audit_events where user_id is null and subject = $1", [letter.id]);
    expect(trail).toEqual([{ action: "ops.dead_letter_replayed" }]);
  });

  it("[K2] keeps a letter open whose message the queue did not take", async ({ expect }) => {
    const letter = await buried(mail());
    const broken = workerBehindFaults();
    await broken.break("queue", "500");
    const headers = { authorization: `Bearer ${inject("vars")["OPS_TOKEN"]}` };
    const refused = await broken.call("POST", `/ops/dead-letters/${letter.id}/replay`, { headers });
    expect([refused.status, refused.code, Number(refused.retryAfter) > 0]).toEqual([503, "unavailable", true]);
    expect((await operator.get<Letter>(`/ops/dead-letters/${letter.id}`)).body.replayedAt).toBeNull();
    await broken.mend();
    expect((await broken.call("POST", `/ops/dead-letters/${letter.id}/replay`, { headers })).status).toBe(200);
  });

  it("gives a letter up, and refuses to send again what is not understood", async ({ expect }) => {
    const dropped = await buried(mail());
    expect((await operator.delete<Letter>(`/ops/dead-letters/${dropped.id}`)).body.droppedAt).not.toBeNull();
    const batch = createMessageBatch("work", [{ id: "x", timestamp: new Date(), attempts: 1, body: { version: 9, mark: dropped.id } }] as never);
    await worker.queue(batch as never, env as unknown as Env, createExecutionContext());
    const { data } = (await operator.get<{ data: (Letter & { message: { mark?: string } })[] }>("/ops/dead-letters")).body;
    const unreadable = data.find((letter) => letter.message.mark === dropped.id);
    expect(unreadable?.cause).toBe("unreadable message");
    expect((await operator.post(`/ops/dead-letters/${unreadable?.id ?? ""}/replay`)).status).toBe(409);
    expect((await operator.get(`/ops/dead-letters/${crypto.randomUUID()}`)).status).toBe(404);
    expect((await operator.get("/ops/dead-letters/1")).status).toBe(404);
  });

  it("says of each provider whether it answers", async ({ expect }) => {
    const { body } = await operator.get<Record<string, { status: string }>>("/ops/health");
    expect(Object.entries(body).map(([name, { status }]) => [name, status])).toEqual([
      ["quickbooks", "up"],
      ["intuitOAuth", "up"],
      ["xai", "up"],
      ["resend", "up"],
    ]);
  });

  it("keeps for a moment what it found, so that watching is no load on a provider, and looks again by itself without the cache", async ({ expect }) => {
    const broken = workerBehindFaults();
    const headers = { authorization: `Bearer ${inject("vars")["OPS_TOKEN"]}` };
    await operator.get("/ops/health");
    await broken.break("grok", "hang");
    const started = Date.now();
    const { body } = await broken.call("GET", "/ops/health", { headers });
    expect([(body["xai"] as { status: string }).status, Date.now() - started < 1_000]).toEqual(["up", true]);
    await broken.break("redis", "500");
    const anew = await broken.call("GET", "/ops/health", { headers });
    expect((anew.body["xai"] as { status: string; httpStatus: number | null }).httpStatus).toBeNull();
    await broken.mend();
  });
});

describe("/metrics", () => {
  it("is OpenMetrics text of facts that the database tells, and names nobody", async ({ expect }) => {
    const { body: text, headers } = await scraper.get<string>("/metrics");
    expect(headers.get("content-type")).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
    const lines = text.trimEnd().split("\n");
    expect(lines.at(-1)).toBe("# EOF");
    for (const line of lines.slice(0, -1))
      expect(line).toMatch(/^(# (TYPE|HELP) finhelm_[a-z_0-9]+ .+|finhelm_[a-z_0-9]+(\{[a-z]+="[^"\n]*"\})? -?\d+(\.\d+)?)$/);
    expect(text).not.toMatch(/@|[0-9a-f]{8}-[0-9a-f]{4}/);
    const [size] = await asOwner<{ bytes: string }>("select pg_database_size(current_database()) as bytes");
    expect(Math.abs(value(text, "database_size_bytes") / Number(size?.bytes) - 1)).toBeLessThan(0.05);
    for (const name of [
      "sync_oldest_due_seconds",
      'reconciliations{result="drift"}',
      'connections{status="needs_reconnect"}',
      "database_connections",
      "model_cost_today_usd",
      'jobs_due{kind="mail"}',
    ])
      expect([name, Number.isNaN(value(text, name))]).toEqual([name, false]);
  });

  it("counts a job that is due and a sync that is late", async ({ expect }) => {
    const before = (await scraper.get<string>("/metrics")).body;
    const [userId, id] = [crypto.randomUUID(), crypto.randomUUID()];
    await asOwner("insert into users (id, name, email, password_hash, created_at, updated_at) values ($1, 'x', $2, 'x', now(), now())", [
      userId,
      `${userId}@example.com`,
    ]);
    await asOwner(
      "insert into mails (id, user_id, template, address, created_at, due_at, failure) values ($1, $2, 'verify', 'x@example.com', now(), now() - interval '1 hour', null)",
      [id, userId],
    );
    const late =
      "insert into accounts (id, user_id, service_name, display_name, status, next_sync_at, created_at, updated_at) values ($1, $2, 'quickbooks', 'x', 'connected', now() - interval '2 days', now(), now())";
    await asOwner(late, [crypto.randomUUID(), userId]);
    const after = (await scraper.get<string>("/metrics")).body;
    await asOwner("delete from users where id = $1", [userId]);
    expect(value(after, 'jobs_due{kind="mail"}')).toBeGreaterThan(value(before, 'jobs_due{kind="mail"}'));
    expect(value(after, 'jobs_oldest_due_seconds{kind="mail"}')).toBeGreaterThanOrEqual(3600);
    expect(value(after, "sync_oldest_due_seconds")).toBeGreaterThanOrEqual(2 * 86_400);
  });
});
