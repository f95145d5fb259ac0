import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { describe, inject, it } from "vitest";
import { startWorld } from "../../dev/world.ts";

const world: string = inject("worldUrl");

describe("a world that cannot start", () => {
  it("says why, and leaves no PostgreSQL running behind it", { timeout: 120_000 }, async ({ expect }) => {
    const dataDir = await mkdtemp(join(tmpdir(), "finhelm-world-"));
    const isRunning = () => existsSync(join(dataDir, "postgres", "postmaster.pid"));
    try {
      await expect(startWorld({ dataDir, port: Number(new URL(world).port) })).rejects.toThrow(/is taken/);
      expect(isRunning()).toBe(false);
      await rm(join(dataDir, "twins"), { recursive: true, force: true });
      await writeFile(join(dataDir, "twins"), "no directory");
      await expect(startWorld({ dataDir, port: 0 })).rejects.toThrow(/EEXIST|ENOTDIR/);
      expect(isRunning()).toBe(false);
      await rm(join(dataDir, "twins"));
      await mkdir(join(dataDir, "twins", "quickbooks"), { recursive: true });
      for (const file of ["mail.jsonl", "quickbooks/state.json"]) await writeFile(join(dataDir, "twins", file), '{"damaged');
      const started = await startWorld({ dataDir, port: 0 });
      expect([isRunning(), (await fetch(`${started.url}/mail/_control/messages`)).status]).toEqual([true, 200]);
      await started.stop();
      expect(isRunning()).toBe(false);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describe("a world that is stopped", () => {
  it("ends in time with what somebody left running in it", { timeout: 120_000 }, async ({ expect }) => {
    const dataDir = await mkdtemp(join(tmpdir(), "finhelm-world-"));
    const started = await startWorld({ dataDir, port: 0, ephemeral: true });
    const left = fetch(`${started.url}/neon/sql`, {
      method: "POST",
      headers: { "neon-connection-string": started.ownerUrlOf("postgres") },
      body: JSON.stringify({ query: "select pg_sleep(600)", params: [] }),
    }).catch(() => "cut off");
    const owner = new pg.Client({ connectionString: started.ownerUrlOf("postgres") });
    owner.on("error", () => undefined);
    await owner.connect();
    const isRunning = async () =>
      (await owner.query("select 1 from pg_stat_activity where query = 'select pg_sleep(600)' and state = 'active'")).rowCount === 1;
    for (let tries = 0; tries < 100 && !(await isRunning()); tries++) await new Promise((done) => setTimeout(done, 100));
    expect(await isRunning()).toBe(true);
    await owner.end();
    await expect(Promise.race([started.stop().then(() => "stopped"), new Promise((done) => setTimeout(() => done("still there"), 30_000))])).resolves.toBe(
      "stopped",
    );
    expect([await left, existsSync(join(dataDir, "postgres", "postmaster.pid"))]).toEqual(["cut off", false]);
    await rm(dataDir, { recursive: true, force: true });
  });
});
