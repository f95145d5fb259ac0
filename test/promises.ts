import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Fails when a promise of an issue that is marked done has no test with its id in the title. `npm run check` runs it. */
const { done, owes } = JSON.parse(readFileSync(join(import.meta.dirname, "promises.json"), "utf8")) as { done: string[]; owes: Record<string, string[]> };
const root = import.meta.dirname;
const texts = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts") || file.startsWith("twins"))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(join(root, file), "utf8"));
const kept = new Set(texts.flatMap((text) => [...text.matchAll(/\[([A-P]\d)\]/g)].map((match) => match[1])));

let isBroken = false;
for (const [issue, ids] of Object.entries(owes)) {
  const open = ids.filter((id) => !kept.has(id));
  const isDone = done.includes(issue);
  console.log(
    `${isDone ? "done" : "open"} ${issue}: ${ids.length - open.length} of ${ids.length} promises have a test${open.length > 0 ? `; without: ${open.join(" ")}` : ""}`,
  );
  if (isDone && open.length > 0) isBroken = true;
}
if (isBroken) process.exitCode = 1;
