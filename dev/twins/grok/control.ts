import { Hono } from "hono";
import { z } from "zod";
import type { Journal } from "./journal.ts";
import { Match } from "./scope.ts";
import { Turn, type Scripts } from "./scripts.ts";

const Queue = z.strictObject({ match: Match, turns: z.array(Turn).min(1).max(500) });

/** The strings that tests pull. None of it exists at xAI, and none of it asks for a key. */
export function controlRoutes(scripts: Scripts, journal: Journal): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof z.ZodError) return c.json({ message: z.prettifyError(error) }, 400);
    return c.json({ message: String(error) }, 500);
  });

  app.post("/scripts", async (c) => {
    const { match, turns } = Queue.parse(await c.req.json());
    return c.json({ id: scripts.add(match, turns), turns: turns.length }, 201);
  });
  app.get("/scripts", (c) => c.json({ scripts: scripts.list(Match.parse(c.req.query())) }));
  app.delete("/scripts", (c) => c.json({ cleared: scripts.clear(Match.parse(c.req.query())) }));

  app.get("/requests", (c) => c.json({ requests: journal.find(Match.parse(c.req.query())) }));
  app.delete("/requests", (c) => c.json({ cleared: journal.clear(Match.parse(c.req.query())) }));
  return app;
}
