/** Prints fresh values of the secrets that are ours to make: all of them, or those named. Nothing is kept. */
import "./check-node.ts";
import { freshSecrets } from "./variables.ts";

const named = process.argv.slice(2);
const fresh = Object.entries(freshSecrets());
const unknown = named.filter((name) => !fresh.some(([known]) => known === name));
if (unknown.length > 0) throw new Error(`Not ours to make: ${unknown.join(", ")}. There are ${fresh.map(([name]) => name).join(", ")}.`);
for (const [name, value] of fresh) {
  if (named.length === 1 && named[0] === name) console.log(value);
  else if (named.length === 0 || named.includes(name)) console.log(`${name}=${value}`);
}
