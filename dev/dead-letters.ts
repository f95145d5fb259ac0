/** Dead letters of a running service: `list`, `show ID`, `replay ID`, `drop ID`; `replay all` sends every open one again. Needs API_URL and OPS_TOKEN. */
import "./check-node.ts";

type Letter = { id: string; queue: string; message: { type?: string } | null; cause: string; attempts: number; createdAt: string };

const { API_URL, OPS_TOKEN } = process.env;
if (!API_URL || !OPS_TOKEN) throw new Error("Set API_URL and OPS_TOKEN: they say which service, and that you may.");
const [verb = "list", id = ""] = process.argv.slice(2);
const ROUNDS_MOST = 100;

async function ask<T>(method: string, path: string): Promise<T> {
  const response = await fetch(new URL(path, API_URL), { method, headers: { authorization: `Bearer ${OPS_TOKEN}` }, signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`The service answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
const listed = async (before: string) => (await ask<{ data: Letter[] }>("GET", `/ops/dead-letters${before ? `?before=${before}` : ""}`)).data;
const line = (letter: Letter) => `${letter.id}  ${letter.createdAt}  ${letter.queue}/${letter.message?.type ?? "?"}  ${letter.attempts}x  ${letter.cause}`;

async function* open(): AsyncGenerator<Letter> {
  let before = "";
  for (let round = 0; round < ROUNDS_MOST; round++) {
    const page = await listed(before);
    yield* page;
    before = page.at(-1)?.id ?? "";
    if (page.length === 0) return;
  }
}

if (verb === "list") {
  let count = 0;
  for await (const letter of open()) {
    count += 1;
    console.log(line(letter));
  }
  console.log(`${count} open`);
} else if (verb === "show" && id) console.log(JSON.stringify(await ask("GET", `/ops/dead-letters/${id}`), null, 2));
else if (verb === "replay" && id === "all") {
  for await (const letter of open()) {
    const said = await ask("POST", `/ops/dead-letters/${letter.id}/replay`).then(
      () => "replayed",
      (error: unknown) => (error instanceof Error ? error.message : "failed"),
    );
    console.log(`${letter.id}  ${said}`);
  }
} else if (verb === "replay" && id) console.log(`${line(await ask<Letter>("POST", `/ops/dead-letters/${id}/replay`))}\nreplayed`);
else if (verb === "drop" && id) console.log(`${line(await ask<Letter>("DELETE", `/ops/dead-letters/${id}`))}\ndropped`);
else {
  console.error("npm run dead-letters -- list | show ID | replay ID | replay all | drop ID");
  process.exitCode = 1;
}
