import { createExecutionContext, createMessageBatch, createScheduledController, env, waitOnExecutionContext } from "cloudflare:test";
import { describe, inject, it } from "vitest";
import type { Env } from "../../src/env.ts";
import { scrub } from "../../src/core/scrub.ts";
import worker from "../../src/worker.ts";
import { logged } from "../logged.ts";
import { asOwner } from "../owner.ts";
import { workerBehindFaults } from "../outages/behind.ts";
import { API_URL, freshAddress } from "../person.ts";

type Event = {
  tags: Record<string, string>;
  user?: { id?: string };
  release?: string;
  environment: string;
  exception: { values: { type: string; value: string; stacktrace: { frames: { function: string }[] } }[] };
};

const SECRETS = ["canary-password", "canary.person@example.com", "fh_live_canarycanarycanarycanarycanary", "canary-search-words"];
const planted = () =>
  new Error(
    `planted: postgres://worker:${SECRETS[0]}@db.example/x refused ${SECRETS[1]} with ${SECRETS[2]} at https://x.example/?q=${SECRETS[3]}\nparams: ${SECRETS[0]}`,
  );
const release = "build-17";
const on = (changed: object) => ({ ...env, RELEASE: release, ...changed }) as unknown as Env;

/** The one event in Sentry's hands that has this text in it; an error when there is none. */
async function received(containing: string): Promise<{ event: Event; text: string }> {
  for (let tries = 0; tries < 40; tries++) {
    const response = await fetch(`${inject("worldUrl")}/sentry/_control/envelopes?containing=${encodeURIComponent(containing)}`);
    const { envelopes } = (await response.json()) as { envelopes: { items: { headers: { type: string }; payload: Event }[]; text: string }[] };
    const item = envelopes[0]?.items.find(({ headers }) => headers.type === "event");
    if (item && envelopes[0]) return { event: item.payload, text: envelopes[0].text };
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`Sentry has nothing that contains ${containing}`);
}

describe("an error that nobody anticipated", () => {
  it("of a request is in Sentry's envelope with request id and release, and no secret is there or in the log", async ({ expect }) => {
    const ASSETS = { fetch: () => Promise.reject(planted()) };
    const context = createExecutionContext();
    const request = new Request(`${API_URL}/docs?token=${SECRETS[2]}`, {
      headers: { "cf-connecting-ip": freshAddress(), authorization: `Bearer ${SECRETS[2]}` },
    });
    const { text: log, result } = await logged(async () => {
      const response = await worker.fetch(request as never, on({ ASSETS }), context);
      await waitOnExecutionContext(context);
      return response;
    });
    expect([result.status, await result.text()]).toEqual([500, expect.not.stringContaining("planted") as string]);
    expect(["strict-transport-security", "x-content-type-options", "content-security-policy", "cache-control"].map((name) => result.headers.get(name))).toEqual(
      ["max-age=31536000; includeSubDomains", "nosniff", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'", "no-store"],
    );
    const { event, text } = await received(result.headers.get("x-request-id") ?? "none");
    expect(event.tags).toEqual({ entrance: "fetch", name: "/docs", requestId: result.headers.get("x-request-id") });
    expect([event.release, event.environment, event.user]).toEqual([release, "test", undefined]);
    expect(event.exception.values[0]?.value).toContain("planted");
    expect(event.exception.values[0]?.stacktrace.frames.length).toBeGreaterThan(0);
    for (const secret of SECRETS) expect([secret, text.includes(secret), log.includes(secret)]).toEqual([secret, false, false]);
    expect(Object.keys(event).sort()).not.toContain("request");
    expect(log).toContain("planted");
  });

  it("of a message names its user and the request that sent it", async ({ expect }) => {
    const [userId, mailId, requestId] = [crypto.randomUUID(), crypto.randomUUID(), `origin-${crypto.randomUUID()}`];
    await asOwner("insert into users (id, name, email, password_hash, created_at, updated_at) values ($1, 'x', $2, 'x', now(), now())", [
      userId,
      `${userId}@example.com`,
    ]);
    await asOwner("insert into mails (id, user_id, template, address, created_at, due_at) values ($1, $2, 'no-such-template', $3, now(), now())", [
      mailId,
      userId,
      SECRETS[1],
    ]);
    const context = createExecutionContext();
    const batch = createMessageBatch("work", [{ id: "m", timestamp: new Date(), attempts: 1, body: { type: "mail", userId, requestId, mailId } }] as never);
    await logged(async () => {
      await worker.queue(batch as never, on({}), context);
      await waitOnExecutionContext(context);
    });
    await asOwner("delete from users where id = $1", [userId]);
    const { event, text } = await received(requestId);
    expect([event.tags, event.user]).toEqual([{ entrance: "queue", name: "mail", requestId }, { id: userId }]);
    for (const secret of SECRETS) expect(text).not.toContain(secret);
  });

  it("of a tick names its step, and the other steps have had their turn", async ({ expect }) => {
    const behind = workerBehindFaults();
    await behind.break("postgres", "500", 1, 1);
    const context = createExecutionContext();
    const { lines } = await logged(async () => {
      const ran = worker.scheduled(createScheduledController({ cron: "*/5 * * * *" }) as never, on(behind.bindings), context);
      await expect(ran).rejects.toThrow("1 steps");
      await waitOnExecutionContext(context);
    });
    const line = lines.find(({ event }) => event === "tick");
    expect(line).toMatchObject({ outcome: "failed", syncs: expect.any(Number) as number });
    const { event } = await received(String(line?.["requestId"]));
    expect(event.tags).toMatchObject({ entrance: "cron", name: "*/5 * * * * woken" });
  });

  it("of a Durable Object carries the id of the request that called", async ({ expect }) => {
    const requestId = `origin-${crypto.randomUUID()}`;
    const gate = (env as unknown as Env).USER_GATE;
    const { lines } = await logged(async () => {
      const call = gate.get(gate.idFromName(requestId)).admit({ requestId, bucket: "user", limit: null as never, cost: 1 });
      await expect(Promise.resolve(call)).rejects.toThrow();
    });
    const { event } = await received(requestId);
    expect(event.tags).toEqual({ entrance: "object", name: "UserGate.admit", requestId });
    expect(lines.find((line) => line.event === "object.failed")).toMatchObject({ requestId, object: "UserGate", method: "admit" });
  });

  it("never fails or delays the answer when Sentry does not answer", async ({ expect }) => {
    const ASSETS = { fetch: () => Promise.reject(planted()) };
    const started = Date.now();
    const broken = on({ ASSETS, SENTRY_DSN: "http://key@localhost:1/9" });
    const context = createExecutionContext();
    const { result } = await logged(async () => await worker.fetch(new Request(`${API_URL}/docs`) as never, broken, context));
    expect([result.status, Date.now() - started < 1_000]).toEqual([500, true]);
    await logged(() => waitOnExecutionContext(context));
  });
});

describe("what is scrubbed from a message", () => {
  it("is what could be a secret or a person, and not the words that say what happened", ({ expect }) => {
    expect(scrub(planted().message)).toBe("planted: [credentials]@db.example/x refused [address] with [key] at https://x.example/?[query]");
    expect(scrub("a reservation returned no row")).toBe("a reservation returned no row");
    expect(scrub("card 4111111111111111 declined")).toBe("card [digits] declined");
    expect(scrub('invalid input syntax for type uuid: "hunter2"')).toBe("invalid input syntax for type uuid: [value]");
    const unreadable = (text: string) => {
      try {
        return String(JSON.parse(text));
      } catch (error) {
        return scrub((error as Error).message);
      }
    };
    for (const text of ["hunter2", '{"password":"hunter2', '{"password":hunter2}', `{"password":"hunter2",${" ".repeat(60)}]}`])
      expect(unreadable(text)).not.toMatch(/hunter|password/);
    expect(scrub(`${"x ".repeat(245)}jane@example.com`)).not.toContain("jane");
  });
});
