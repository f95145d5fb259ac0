import type { Context } from "hono";
import type { Started } from "../features/insights/ask.ts";
import type { Insight } from "../features/insights/insight.ts";
import type { App } from "./context.ts";
import { problemResponse } from "./problem.ts";

const HEARTBEAT_MS = 10_000;

/**
 * An answer as server-sent events: `step`s while it is made, then its text sentence by sentence, which has passed the gate
 * as a whole before the first of it leaves, then the typed reply. When the reader goes, the work goes on and is kept.
 */
export function answerStream(c: Context<App>, started: Started, toBody: (insight: Insight) => unknown): Response {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  // a reader that has left is no failure of the work
  const write = (text: string) => writer.write(encoder.encode(text)).catch(() => undefined);
  const send = (event: string, data: unknown) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const heartbeat = setInterval(() => void write(": waiting\n\n"), HEARTBEAT_MS);
  const work = async () => {
    try {
      const insight = "insight" in started ? started.insight : await started.run((step) => void send("step", { step }));
      for (const text of sentencesOf(insight.answer)) await send("text", { text });
      await send("insight", toBody(insight));
    } catch (error) {
      await send("problem", await problemResponse(c, error).json());
    } finally {
      clearInterval(heartbeat);
      await writer.close().catch(() => undefined);
    }
  };
  c.get("services").later(work());
  return new Response(readable, {
    status: 200,
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no" },
  });
}

/** The text cut after sentences and lines: put together again it is the same. */
export function sentencesOf(text: string): string[] {
  return text.match(/[^\n]*?(?:[.!?:](?=\s)\s*|\n+|$)/g)?.filter((part) => part !== "") ?? [];
}
