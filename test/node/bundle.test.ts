import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, it } from "vitest";

const root = join(import.meta.dirname, "../..");

describe("the production bundle", () => {
  it("has no line of dev or test in it, and stays under 1 MB gzipped", { timeout: 120_000 }, ({ expect }) => {
    const out = mkdtempSync(join(tmpdir(), "finhelm-bundle-"));
    const wrangler = join(root, "node_modules", "wrangler", "bin", "wrangler.js");
    const built = spawnSync(process.execPath, [wrangler, "deploy", "--dry-run", "--env", "production", "--outdir", out], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "1" },
    });
    expect(built.status, built.stderr).toBe(0);
    const script = readdirSync(out).find((name) => name.endsWith(".js")) ?? "";
    const map = JSON.parse(readFileSync(join(out, `${script}.map`), "utf8")) as { sources: string[] };
    const bytes = gzipSync(readFileSync(join(out, script))).length;
    rmSync(out, { recursive: true });
    console.log(`bundle: ${(bytes / 1024).toFixed(0)} KiB gzipped, ${map.sources.length} sources`);
    expect(map.sources.filter((source) => /(^|\/)(dev|test|bench)\//.test(source) && !source.includes("node_modules"))).toEqual([]);
    expect(map.sources.some((source) => source.endsWith("src/worker.ts"))).toBe(true);
    expect(bytes).toBeLessThan(1024 * 1024);
  });
});
