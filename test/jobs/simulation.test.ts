import { neonConfig } from "@neondatabase/serverless";
import { afterAll, inject, it } from "vitest";
import { configOf } from "../simulation/config.ts";
import type { Machine } from "../simulation/machine.ts";
import { play } from "../simulation/play.ts";

/** The world's database, reached as the Worker and as the owner do, through Neon's protocol alone. */
function machine(): Machine {
  const vars = inject("vars");
  const endpoint = `${inject("worldUrl")}/neon/sql`;
  const query = async <T extends object>(text: string, values: unknown[] = []): Promise<{ rows: T[] }> => {
    const params = values.map((value) => (Array.isArray(value) ? `{${value.join(",")}}` : value));
    const reply = await fetch(endpoint, {
      method: "POST",
      headers: { "neon-connection-string": inject("ownerUrl") },
      body: JSON.stringify({ query: text, params }),
    });
    const body = (await reply.json()) as { rows?: T[]; message?: string };
    if (!body.rows) throw new Error(body.message);
    return { rows: body.rows };
  };
  return { config: configOf(vars["DATABASE_URL"] ?? "", endpoint), owner: { query } };
}

const { fetchFunction } = neonConfig;
afterAll(() => {
  neonConfig.fetchFunction = fetchFunction;
});

it("a world of the simulation ends well in workerd too", { timeout: 180_000 }, async ({ expect }) => {
  const { wrong, steps } = await play(machine(), "workerd-1");
  console.log(`simulation in workerd: ${steps} effects`);
  expect(wrong).toEqual([]);
});
