import { env, runInDurableObject } from "cloudflare:test";
import { it } from "vitest";

const gates = (env as unknown as { USER_GATE: DurableObjectNamespace }).USER_GATE;

it("a file of tests ends where an object still logs after its last test", async ({ expect }) => {
  const planned = await runInDurableObject(gates.get(gates.idFromName("late")), () => {
    for (let i = 0; i < 400; i += 1) setTimeout(() => console.log(`late: ${i}`), i / 4);
    return true;
  });
  expect(planned).toBe(true);
});
