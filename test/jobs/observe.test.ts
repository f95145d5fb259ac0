import { createExecutionContext, createMessageBatch, createScheduledController, env, getQueueResult, waitOnExecutionContext } from "cloudflare:test";
import { describe, inject, it } from "vitest";
import type { Env } from "../../src/env.ts";
import worker from "../../src/worker.ts";
import { logged } from "../logged.ts";
import { API_URL, client, person } from "../person.ts";

type DataPoint = { indexes: string[]; blobs: string[]; doubles: number[] };

/** The Worker with a data set that can be read. */
function measured() {
  const points: DataPoint[] = [];
  const METRICS = { writeDataPoint: (point: DataPoint) => void points.push(point) };
  return { points, env: { ...env, METRICS } as unknown as Env };
}

const deliver = async (on: Env, queue: string, bodies: unknown[]) => {
  const context = createExecutionContext();
  const batch = createMessageBatch(queue, bodies.map((body, n) => ({ id: `m${n}`, timestamp: new Date(Date.now() - 3_000), attempts: 1, body })) as never);
  await worker.queue(batch as never, on, context);
  const result = await getQueueResult(batch, context);
  return result as { explicitAcks: string[]; retryMessages: { msgId: string }[] };
};

describe("what is said of the service", () => {
  it("is one wide line and one data point a request, and neither holds what the caller sent", async ({ expect }) => {
    const ada = await person();
    const { points, env: on } = measured();
    const request = new Request(`${API_URL}/transactions?category=canary-words`, {
      headers: { authorization: `Bearer ${ada.accessToken}`, "cf-connecting-ip": ada.ip },
    });
    const { lines, text } = await logged(async () => await worker.fetch(request as never, on, createExecutionContext()));
    const said = lines.filter((line) => line.event === "request");
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({ level: "info", method: "GET", route: "/transactions", status: 200, hops: { gate: 1, db: 1 }, actor: "person" });
    expect(Object.keys(said[0] ?? {}).sort()).toEqual(
      ["actor", "dbMs", "dbSlowestMs", "event", "hops", "level", "method", "ms", "requestId", "route", "status", "userId"].sort(),
    );
    expect(points).toHaveLength(1);
    expect(points[0]?.blobs.slice(0, 6)).toEqual(["request", "/transactions", "GET", "200", "", "test"]);
    expect(points[0]?.doubles.slice(1, 4)).toEqual([1, 1, 0]);
    expect(`${text} ${JSON.stringify(points)}`).not.toMatch(/canary-words|Bearer|@example/);
    expect(JSON.stringify(points)).not.toContain(String(said[0]?.["userId"]));
  });

  it("shows a slow query in the line, with its statement and no value, and in the metric", async ({ expect }) => {
    const ada = await person();
    const { points, env: on } = measured();
    const { id } = (await ada.get<{ id: string }>("/me")).body;
    const slow = { mode: "slow", ms: 700, times: 1, match: { sql: id } };
    await fetch(`${inject("worldUrl")}/neon/_control/faults`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(slow) });
    const request = new Request(`${API_URL}/transactions?limit=3`, { headers: { authorization: `Bearer ${ada.accessToken}`, "cf-connecting-ip": ada.ip } });
    const { lines } = await logged(async () => await worker.fetch(request as never, on, createExecutionContext()));
    const line = lines.find(({ event }) => event === "request");
    expect(line?.["dbSlowestMs"]).toBeGreaterThanOrEqual(650);
    expect(line?.["slowStatement"]).toMatch(/select .* from "mine"."transactions"/s);
    expect(line?.["slowStatement"]).not.toContain(id);
    expect(points[0]?.doubles[7]).toBeGreaterThanOrEqual(650);
  });

  it("is one line a message, under the id of the request that sent it, with how long it waited", async ({ expect }) => {
    const { points, env: on } = measured();
    const userId = crypto.randomUUID();
    const bodies = [{ type: "mail", userId, requestId: "origin-1", mailId: crypto.randomUUID() }, { version: 9 }];
    const { lines, result } = await logged(() => deliver(on, "work", bodies));
    expect(result.explicitAcks).toEqual(["m0", "m1"]);
    const said = lines.filter((line) => line.event === "message");
    expect(said.map((line) => [line["requestId"] === "origin-1", line["queue"], line["outcome"], line["attempts"]])).toEqual([
      [true, "work", "done", 1],
      [false, "work", "dead", 1],
    ]);
    expect(points.map((point) => point.blobs.slice(0, 4))).toEqual([
      ["message", "mail", "", "done"],
      ["message", "unreadable", "", "dead"],
    ]);
    expect(points[0]?.doubles[9]).toBeGreaterThanOrEqual(3_000);
  });

  it("is one line a tick, and what the tick wakes carries the tick's id", async ({ expect }) => {
    const { points, env: on } = measured();
    const sent: { requestId: string }[] = [];
    const queue = { send: (message: { requestId: string }) => Promise.resolve(void sent.push(message)) };
    const stranger = client();
    await stranger.post("/auth/signup", { name: "Test Person", email: `tick-${crypto.randomUUID()}@example.com`, password: "correct horse battery staple" });
    const context = createExecutionContext();
    const { lines } = await logged(async () => {
      await worker.scheduled(createScheduledController({ cron: "*/5 * * * *" }) as never, { ...on, WORK_QUEUE: queue, SYNC_QUEUE: queue } as never, context);
      await waitOnExecutionContext(context);
    });
    const [line] = lines.filter(({ event }) => event === "tick");
    expect(line).toMatchObject({ cron: "*/5 * * * *", outcome: "done", woken: expect.any(Number) as number });
    expect(new Set(sent.map((message) => message.requestId)).size).toBeLessThanOrEqual(1);
    for (const message of sent) expect(message.requestId).toBe(line?.["requestId"]);
    expect(points[0]?.blobs.slice(0, 4)).toEqual(["tick", "*/5 * * * *", "", "done"]);
  });
});
