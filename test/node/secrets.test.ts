import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const git = (...args: string[]) => spawnSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 30 });

/** What secrets look like: those of the services that we use, and our own. Each has a good length, so that an example is none. */
const PATTERNS: Record<string, RegExp> = {
  "private key": /-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----/,
  "AWS key": /\bAKIA[0-9A-Z]{16}\b/,
  "GitHub token": /\bgh[pousr]_[A-Za-z0-9]{36}\b/,
  "npm token": /\bnpm_[A-Za-z0-9]{36}\b/,
  "xAI key": /\bxai-[A-Za-z0-9]{60,}\b/,
  "OpenAI key": /\bsk-(?:proj-)?[A-Za-z0-9_-]{40,}\b/,
  "Resend key": /\bre_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}\b/,
  "Neon password": /\bnpg_[A-Za-z0-9]{12,}\b/,
  "Sentry DSN": /https:\/\/[0-9a-f]{32}@[\w.]*sentry\.io/,
  "key of ours": /\bfh_(?:live|test)_[0-9A-Za-z]{34}_[0-9A-Za-z]{43}[0-9A-Za-z]{6}\b/,
  "private JWK": /"d"\s*:\s*"[A-Za-z0-9_-]{43}"/,
};
const found = (text: string) =>
  Object.entries(PATTERNS)
    .filter(([, pattern]) => pattern.test(text))
    .map(([name]) => name);

describe("the repository", () => {
  it("[P2] holds no secret in any tracked file", ({ expect }) => {
    const files = git("ls-files", "-z").stdout.split("\0").filter(Boolean);
    expect(files.length).toBeGreaterThan(300);
    const hits = files.flatMap((file) => found(readFileSync(join(root, file), "latin1")).map((name) => `${file}: ${name}`));
    expect(hits).toEqual([]);
    expect(files.filter((file) => /(^|\/)\.(env|dev\.vars)(\.|$)/.test(file))).toEqual([".dev.vars.example"]);
  });

  it("[P2] held none in any commit of its history", { timeout: 60_000 }, ({ expect }) => {
    const log = git("log", "--all", "-p", "--unified=0", "--no-color", "--no-textconv", "--", ".", ":!package-lock.json", ":!migrations/meta", ":!*.gz");
    expect(log.status).toBe(0);
    expect(log.stdout.length).toBeGreaterThan(100_000);
    const added = log.stdout.split("\n").filter((line) => line.startsWith("+"));
    expect(added.flatMap((line) => found(line).map((name) => `${name}: ${line.slice(0, 60)}`))).toEqual([]);
  });

  it("[P2] would be caught with one of each", ({ expect }) => {
    const planted: Record<string, string> = {
      "private key": ["-----BEGIN", "PRIVATE KEY-----"].join(" "),
      "AWS key": `AKIA${"A".repeat(16)}`,
      "GitHub token": `ghp_${"a".repeat(36)}`,
      "npm token": `npm_${"a".repeat(36)}`,
      "xAI key": `xai-${"a".repeat(64)}`,
      "OpenAI key": `sk-${"a".repeat(48)}`,
      "Resend key": `re_${"a".repeat(8)}_${"b".repeat(24)}`,
      "Neon password": `npg_${"a".repeat(12)}`,
      "Sentry DSN": `https://${"a".repeat(32)}@o1.ingest.sentry.io/2`,
      "key of ours": `fh_live_${"a".repeat(34)}_${"b".repeat(49)}`,
      "private JWK": `"d": "${"a".repeat(43)}"`,
    };
    expect(Object.keys(planted).sort()).toEqual(Object.keys(PATTERNS).sort());
    for (const [name, text] of Object.entries(planted)) expect([name, found(text)]).toEqual([name, [name]]);
  });
});
