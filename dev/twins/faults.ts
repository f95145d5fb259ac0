import type { Hono } from "hono";

export type FaultMode = "hang" | "reset" | "500" | "slow" | "garbage" | "half" | "lost-reply";
export type Fault = { match?: Record<string, string>; mode: FaultMode; times?: number; ms?: number };

/**
 * Faults on demand. A fault matches when each of its fields is found in the call's field of that name, so that tests that
 * run side by side disturb nobody but themselves.
 */
export class Faults {
  #faults: (Fault & { left: number })[] = [];

  /** `POST`, `DELETE /_control/faults`. */
  mount(app: Hono): void {
    app.post("/_control/faults", async (c) => {
      const fault = await c.req.json<Fault>();
      this.#faults.push({ ...fault, left: fault.times ?? 1 });
      return c.json({ active: this.#faults.length });
    });
    app.delete("/_control/faults", (c) => {
      this.#faults = [];
      return c.json({ active: 0 });
    });
  }

  /** Answers with `reply`, unless a fault matches the call. */
  async around(call: Record<string, string>, reply: () => Promise<Response>): Promise<Response> {
    const fault = this.#faults.find((one) => one.left > 0 && Object.entries(one.match ?? {}).every(([name, value]) => (call[name] ?? "").includes(value)));
    if (!fault) return reply();
    fault.left -= 1;
    switch (fault.mode) {
      case "hang":
        await new Promise((done) => setTimeout(done, fault.ms ?? 60_000).unref());
        return new Response(null, { status: 504 });
      case "slow":
        await new Promise((done) => setTimeout(done, fault.ms ?? 5_000).unref());
        return reply();
      case "500":
        return new Response("internal error", { status: 500 });
      case "garbage":
        return new Response("<html>not what you asked for</html>", { status: 200, headers: { "content-type": "text/html" } });
      case "half":
        return broken((await (await reply()).text()).slice(0, 20));
      case "reset":
        return broken("");
      case "lost-reply":
        await reply();
        return broken("");
      default:
        return reply();
    }
  }
}

/** A body that begins and then breaks off with the connection. */
function broken(start: string): Response {
  const body = new ReadableStream({
    start(controller) {
      if (start) controller.enqueue(new TextEncoder().encode(start));
      setTimeout(() => controller.error(new Error("connection dropped on demand")), 5);
    },
  });
  return new Response(body, { status: 200, headers: { "content-type": "application/json" } });
}
