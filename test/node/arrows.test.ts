import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, it } from "vitest";

const root = join(import.meta.dirname, "../../");
const tree = mkdtempSync(join(tmpdir(), "finhelm-arrows-"));
copyFileSync(join(root, ".oxlintrc.json"), join(tree, ".oxlintrc.json"));
symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
afterAll(() => rmSync(tree, { recursive: true, force: true }));

/** What the linter says of one file at that place in the tree. */
function lint(path: string, source: string): string {
  const file = join(tree, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, source);
  const { stdout, status } = spawnSync(join(root, "node_modules", ".bin", "oxlint"), ["--config", join(tree, ".oxlintrc.json"), path], {
    cwd: tree,
    encoding: "utf8",
  });
  rmSync(file);
  return status === 0 ? "" : stdout;
}

describe("the arrows of the design", () => {
  it.each([
    ["a feature imports hono", "src/features/transactions/x.ts", 'import { Hono } from "hono";\nexport const x = new Hono();\n', "know nothing of Hono"],
    ["a feature imports an entrance", "src/features/transactions/x.ts", 'import { route } from "../../http/route.ts";\nexport const x = route;\n', "entrance"],
    ["a route imports db", "src/http/routes/x.ts", 'import { users } from "../../../db/schema/auth.ts";\nexport const x = users;\n', "http never touches data"],
    ["a route imports drizzle", "src/http/routes/x.ts", 'import { eq } from "drizzle-orm";\nexport const x = eq;\n', "http never touches data"],
    [
      "a route calls an integration",
      "src/http/routes/x.ts",
      'import { createMailer } from "../../integrations/mail/mailer.ts";\nexport const x = createMailer;\n',
      "outside systems",
    ],
    ["a job imports db", "src/jobs/x.ts", 'import { users } from "../../db/schema/auth.ts";\nexport const x = users;\n', "jobs never touch data"],
    [
      "dev imports a feature",
      "dev/x.ts",
      'import { logIn } from "../src/features/auth/log-in.ts";\nexport const x = logIn;\n',
      "nothing of src but core/money",
    ],
    ["src imports dev", "src/worker.ts", 'import { startWorld } from "../dev/world.ts";\nexport const x = startWorld;\n', "src never imports dev"],
    ["core imports something of ours", "src/core/x.ts", 'import { readConfig } from "../env.ts";\nexport const x = readConfig;\n', "the floor"],
    [
      "an integration imports a feature",
      "src/integrations/mail/x.ts",
      'import { logIn } from "../../features/auth/log-in.ts";\nexport const x = logIn;\n',
      "do not know who calls them",
    ],
  ])("fail the check when %s", (_name, path, source, message) => {
    const said = lint(path, source);
    if (!said.includes(message)) throw new Error(`the linter let it pass: ${said}`);
  });

  it("lets dev import core/money, and nothing is said", ({ expect }) => {
    expect(lint("dev/x.ts", 'import { add } from "../src/core/money.ts";\nexport const x = add;\n')).toBe("");
  });
});

describe("a route without access", () => {
  it("does not compile", { timeout: 120_000 }, ({ expect }) => {
    const route = (access: string) => `import { route } from "${root}src/http/route.ts";
export const x = route({ operationId: "x", method: "get", path: "/x", ${access} responses: { 200: { description: "x" } } });\n`;
    const compile = (source: string) => {
      writeFileSync(join(tree, "x.ts"), source);
      writeFileSync(join(tree, "tsconfig.json"), JSON.stringify({ extends: join(root, "tsconfig.json"), include: ["x.ts"], exclude: [] }));
      return spawnSync(join(root, "node_modules", ".bin", "tsc"), ["-p", join(tree, "tsconfig.json")], { cwd: tree, encoding: "utf8" }).stdout;
    };
    expect(compile(route("")), "without access").toContain("'access' is missing");
    expect(compile(route('access: { scope: "transactions:reed", limit: "read" },')), "with a misspelt scope").toContain("transactions:reed");
    expect(compile(route('access: { scope: "transactions:read", limit: "read" },'))).not.toContain("x.ts");
  });
});
