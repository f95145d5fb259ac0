/**
 * Writes what `src/env.ts` says of each variable into `.dev.vars.example` and `docs/configuration.md`; with `--check`, fails
 * where either says something else.
 */
import "./check-node.ts";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Described, Variables } from "../src/env.ts";

const ROOT = join(import.meta.dirname, "..");
const variables = Object.entries(Variables.shape).map(([name, schema]) => {
  const { description, secret, example } = schema.meta() as Described;
  return { name, description, secret, example, required: !schema.safeParse(undefined).success };
});

const example = `# Every variable of the Worker, made from src/env.ts by \`npm run configuration\`. \`npm run dev\` needs none of them: the twins
# answer. What is set in .dev.vars or in the environment wins over the twin.
${variables.map(({ name, description, example }) => `\n# ${description}${example ? ` (${example})` : ""}\n# ${name}=`).join("\n")}
`;

const cell = (text: string) => text.replaceAll("|", "\\|");
const table = `# Configuration

Made from \`src/env.ts\` by \`npm run configuration\`; a check fails where it is out of date. The service refuses to start without what is required, or with what is
malformed, and names it without its value. *Secret* means \`npx wrangler secret put NAME --env production\`; the rest stands in \`wrangler.toml\`.
Only the deployment knows \`DATABASE_OWNER_URL\`: the owner of the tables runs migrations and is never in the Worker.

| variable | what it is | kept as | required | value or where it comes from |
|---|---|---|---|---|
${variables.map((one) => `| \`${one.name}\` | ${cell(one.description)} | ${one.secret ? "secret" : "`wrangler.toml`"} | ${one.required ? "yes" : "no"} | ${one.example ? `\`${cell(one.example)}\`` : ""} |`).join("\n")}
`;

const isCheck = process.argv.includes("--check");
for (const [file, text] of [
  [".dev.vars.example", example],
  ["docs/configuration.md", table],
] as const) {
  if (!isCheck) await writeFile(join(ROOT, file), text);
  else if ((await readFile(join(ROOT, file), "utf8").catch(() => "")) !== text) {
    console.error(`${file} is not what src/env.ts says: run \`npm run configuration\`.`);
    process.exitCode = 1;
  }
}
