import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
type Package = { version?: string; resolved?: string; integrity?: string; license?: string; dev?: boolean; optional?: boolean; peer?: boolean; link?: boolean };
const own = JSON.parse(read("package.json")) as Record<"dependencies" | "devDependencies" | "optionalDependencies", Record<string, string>>;
const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, Package & Partial<typeof own>> };
const locked = Object.entries(packages).filter(([path]) => path !== "");

const PERMISSIVE = new Set(["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "CC0-1.0", "MIT-0"]);
/** `A OR B` needs one that is allowed, `A AND B` all of them. */
const allowed = (license: string): boolean =>
  license
    .replaceAll(/[()]/g, "")
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((one) => PERMISSIVE.has(one)));

describe("the dependencies", () => {
  it("[P1] are pinned exactly, in package.json and in the lock, each with its integrity and from the registry alone", ({ expect }) => {
    const direct = { ...own.dependencies, ...own.devDependencies, ...own.optionalDependencies };
    for (const [name, version] of Object.entries(direct)) {
      expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+(-[\w.]+)?$/) as string]);
      if (packages[`node_modules/${name}`]) expect([name, packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
    }
    expect({ ...packages[""]?.dependencies, ...packages[""]?.devDependencies, ...packages[""]?.optionalDependencies }).toEqual(direct);
    for (const [path, one] of locked) {
      expect([path, one.integrity]).toEqual([path, expect.stringMatching(/^sha512-/) as string]);
      if (one.resolved !== undefined) expect([path, one.resolved]).toEqual([path, expect.stringMatching(/^https:\/\/registry\.npmjs\.org\//) as string]);
      expect([path, one.link]).toEqual([path, undefined]);
    }
  });

  it("[P1] that are shipped have a permissive licence, and each direct one its reason in CONTRIBUTING.md", ({ expect }) => {
    const shipped = locked.filter(([, one]) => !one.dev && !one.optional && !one.peer);
    expect(shipped.length).toBeGreaterThan(10);
    const refused = shipped.filter(([, { license = "none" }]) => !allowed(license)).map(([path, { license }]) => `${path}: ${license}`);
    expect(refused).toEqual([]);
    const reasons = read("CONTRIBUTING.md").split("## Runtime dependencies")[1] ?? "";
    expect(Object.keys(own.dependencies).filter((name) => !reasons.includes(`\`${name}\``))).toEqual([]);
    expect([allowed("GPL-3.0"), allowed("MIT OR GPL-3.0"), allowed("MIT AND GPL-3.0")]).toEqual([false, true, false]);
  });

  it("[P1] have a bill of materials that names every one of them", { timeout: 60_000 }, ({ expect }) => {
    const made = spawnSync("npm", ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx"], { cwd: root, encoding: "utf8", maxBuffer: 64 << 20 });
    expect(made.status, made.stderr.slice(0, 500)).toBe(0);
    const { components } = JSON.parse(made.stdout) as { components: { name: string; version: string }[] };
    const named = new Set(components.map(({ name, version }) => `${name}@${version}`));
    const missing = locked.filter(([path, one]) => !one.optional && !named.has(`${path.split("node_modules/").at(-1)}@${one.version}`)).map(([path]) => path);
    expect(missing).toEqual([]);
  });
});
