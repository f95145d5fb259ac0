import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, inject, it } from "vitest";
import { readConfig } from "../../src/env.ts";
import { createOutbound } from "../../src/integrations/outbound.ts";

const HOSTILE = [
  "http://169.254.169.254/latest/meta-data/",
  "http://[::1]/",
  "http://[::ffff:127.0.0.1]/",
  "http://0x7f.1/",
  "http://2130706433/",
  "http://127.0.0.1/",
  "http://localtest.me/",
  "http://10.0.0.1/",
  "http://metadata.google.internal/",
  "file:///etc/passwd",
  "gopher://127.0.0.1/",
  "http://0/",
];

let hits = 0;
const portOf = (server: Server) => (server.address() as AddressInfo).port;
const listening = (server: Server) => new Promise<void>((done) => server.listen(0, "127.0.0.1", done));

/** A provider that has been taken over, beside something that nobody outside should reach. */
const inner = createServer((_, reply) => {
  hits += 1;
  reply.end("secret");
});
const outer = createServer((request, reply) => {
  const status = Number(/\d{3}/.exec(request.url ?? "")?.[0] ?? 302);
  reply.writeHead(status, { location: `http://127.0.0.1:${portOf(inner)}/` }).end();
});
beforeAll(() => Promise.all([inner, outer].map(listening)));
afterAll(() => [inner, outer].forEach((server) => server.close()));

const outbound = () => createOutbound(readConfig({ ...inject("vars"), XAI_BASE_URL: `http://127.0.0.1:${portOf(outer)}/v1` } as never));

describe("what leaves the Worker", () => {
  it("[J6] goes only to hosts that the configuration names, however an address is written", async ({ expect }) => {
    const send = outbound();
    const provider = new URL(inject("vars")["XAI_BASE_URL"] ?? "");
    const disguised = [
      `http://user:secret@127.0.0.1:${portOf(outer)}/`,
      `${provider.protocol}//${provider.host}@127.0.0.1:${portOf(inner)}/`,
      `http://127.0.0.1:${portOf(inner)}/`,
    ];
    for (const url of [...HOSTILE, ...disguised]) await expect(send(url), url).rejects.toThrow("does not name");
    expect(hits).toBe(0);
  });

  it("[J6] follows no redirect, of whatever kind", async ({ expect }) => {
    const send = outbound();
    for (const status of [301, 302, 303, 307, 308]) {
      const reply = await send(`http://127.0.0.1:${portOf(outer)}/${status}`, { method: "POST", body: "x", redirect: "follow" });
      expect([status, reply.status]).toEqual([status, status]);
    }
    expect(hits).toBe(0);
  });

  it("[J6] leaves by one way: no other code calls fetch, and the two clients that bring their own are given their address by the configuration", ({
    expect,
  }) => {
    const root = join(import.meta.dirname, "../..");
    const files = ["src", "db"].flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)));
    const calls = files
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) =>
        [...readFileSync(join(root, file), "utf8").matchAll(/(?<![.\w])fetch\(|globalThis\.fetch|new WebSocket|connect\(\{/g)].map(() => file),
      );
    expect([...new Set(calls)].sort()).toEqual([join("db", "client.ts"), join("src", "integrations", "outbound.ts")]);
  });
});

describe("a queue", () => {
  it("[K2] gives up after five retries, and what it gives up is consumed as dead, in every environment", ({ expect }) => {
    const text = readFileSync(join(import.meta.dirname, "../../wrangler.toml"), "utf8");
    const consumers = text.split(/\n(?=\[\[)/).filter((block) => /^\[\[(?:env\.\w+\.)?queues\.consumers\]\]/.test(block));
    const named = (block: string, name: string) => new RegExp(`^${name} = "?([\\w-]+)"?`, "m").exec(block)?.[1];
    const living = consumers.filter((block) => !named(block, "queue")?.includes("dead"));
    expect(living.length).toBeGreaterThanOrEqual(6);
    for (const block of living) {
      const dead = named(block, "dead_letter_queue");
      expect([named(block, "queue"), named(block, "max_retries"), consumers.some((one) => named(one, "queue") === dead)]).toEqual([
        named(block, "queue"),
        "5",
        true,
      ]);
    }
  });
});
