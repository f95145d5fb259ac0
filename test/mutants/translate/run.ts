/**
 * A mutation run over the translation of QuickBooks' documents: a mutant that changes what is posted must be caught by the
 * tests. Prints the score, and fails for every survivor that `equivalent.txt` does not name with its reason.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { breed, hunt, ROOT } from "../hunt.ts";
import type { Mutant } from "../mutate.ts";

const DIRECTORY = "src/integrations/quickbooks/translate";
const testsOf = (...names: string[]) => names.map((name) => `test/integrations/quickbooks/${name}.test.ts`);
const EXAMPLES = testsOf(
  "tables",
  "whole",
  "samples",
  "money",
  "sales-and-purchases",
  "currency",
  "refusals",
  "provider",
  "provider-causes",
  "apportion",
  "settled-before",
  "edges",
);
/** By property: for the few that no example catches. */
const AT_LARGE = testsOf("properties");

/** Survivors that are known, each with the reason why no test can see it: `file: from => to`, and the reason on the line below. */
function readEquivalents(): Map<string, string> {
  const lines = readFileSync(join(import.meta.dirname, "equivalent.txt"), "utf8").split("\n");
  const named = lines.flatMap((line, at) => (/^\w.*: .* => /.test(line) ? [[line, (lines[at + 1] ?? "").trim()] as const] : []));
  const bare = named.filter(([, reason]) => reason === "").map(([line]) => line);
  if (bare.length > 0) throw new Error(`without a reason: ${bare.join("\n")}`);
  return new Map(named);
}

const nameOf = ({ file, from, to }: Mutant) => `${file.slice(DIRECTORY.length + 1)}: ${from} => ${to}`;

const started = performance.now();
const equivalents = readEquivalents();
const bred = breed(
  readdirSync(join(ROOT, DIRECTORY))
    .toSorted()
    .map((file) => `${DIRECTORY}/${file}`),
);
const { mutants } = bred;
const { caught } = await hunt({ ...bred, tests: EXAMPLES, together: true }, new Set());
const left = new Set(mutants.flatMap((mutant) => (caught.has(mutant.id) || equivalents.has(nameOf(mutant)) ? [] : [mutant.id])));
const spared = new Set(mutants.flatMap(({ id }) => (left.has(id) ? [] : [id])));
if (left.size > 0) for (const id of (await hunt({ ...bred, tests: AT_LARGE, together: true }, spared)).caught) caught.add(id);
const survivors = mutants.filter(({ id }) => !caught.has(id));
const strange = survivors.filter((mutant) => !equivalents.has(nameOf(mutant)));
const names = new Set(survivors.map(nameOf));
const stale = [...equivalents.keys()].filter((name) => !names.has(name));
for (const mutant of strange) console.log(`not caught, line ${mutant.line}\n${nameOf(mutant)}`);
for (const name of stale) console.log(`caught or gone, and still in equivalent.txt\n${name}`);
const seconds = Math.round((performance.now() - started) / 1000);
console.log(
  `${caught.size} of ${mutants.length} mutants caught in ${seconds} s, ${survivors.length - strange.length} are equivalent, ${strange.length} survive`,
);
if (strange.length > 0 || stale.length > 0) process.exitCode = 1;
