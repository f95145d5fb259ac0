import { CloudflareClient, createTransport, Scope } from "@sentry/cloudflare";
import { scrub } from "../../core/scrub.ts";

/** Where an error happened and for whom: all that leaves beside the error itself. */
export type Circumstances = { entrance: "fetch" | "queue" | "cron" | "object"; name: string; requestId: string; userId?: string };
export type Report = (error: unknown, at: Circumstances) => Promise<void>;
export type ReporterOptions = { dsn: string | undefined; environment: string; release: string | undefined; fetch: typeof fetch };

const TIMEOUT_MS = 3_000;
const FRAMES_MOST = 30;

type Frame = { filename?: string; function: string; lineno?: number; colno?: number; in_app: boolean };
type Exception = { type: string; value: string; stacktrace: { frames: Frame[] } };

/**
 * Reports errors to Sentry. Sentry's client is made only when there is an error, and none of its instrumentation is used: it
 * would see requests, headers and queries. The event is built here from an allow-list, so there is nothing to scrub after.
 * Reporting never fails and never takes longer than its time-out.
 */
export function createReporter(options: ReporterOptions): Report {
  const { dsn } = options;
  if (dsn === undefined) return () => Promise.resolve();
  return async (thrown, at) => {
    const client = new CloudflareClient({
      dsn,
      environment: options.environment,
      ...(options.release === undefined ? {} : { release: options.release }),
      integrations: [],
      stackParser: () => [],
      sendClientReports: false,
      transport: (transport) =>
        createTransport(transport, async ({ body }) => {
          const signal = AbortSignal.timeout(TIMEOUT_MS);
          const response = await options.fetch(transport.url, { method: "POST", body: body as BodyInit, redirect: "manual", signal });
          await response.body?.cancel();
          return { statusCode: response.status };
        }),
    });
    client.captureEvent(
      {
        level: "error",
        tags: { entrance: at.entrance, name: at.name, requestId: at.requestId },
        ...(at.userId === undefined ? {} : { user: { id: at.userId } }),
        exception: { values: exceptionsOf(thrown) },
      },
      {},
      new Scope(),
    );
    await client.flush(TIMEOUT_MS).then(
      () => {},
      () => {},
    );
    client.dispose();
  };
}

/** An error and its causes, innermost first, as Sentry wants them. */
function exceptionsOf(error: unknown, depth = 4): Exception[] {
  if (!(error instanceof Error)) return [{ type: "Thrown", value: scrub(String(error)), stacktrace: { frames: [] } }];
  const own = { type: error.name, value: scrub(error.message), stacktrace: { frames: framesOf(error.stack ?? "") } };
  return depth > 0 && error.cause instanceof Error ? [...exceptionsOf(error.cause, depth - 1), own] : [own];
}

/** Frames oldest first, as Sentry orders them. A frame names code, never a value. */
function framesOf(stack: string): Frame[] {
  const frames = stack.split("\n").flatMap((line) => {
    const found = /^\s{1,20}at (?:(.{0,200}?) \()?(.{0,300}?):(\d{1,9}):(\d{1,9})\)?$/.exec(line);
    if (!found) return [];
    const [, name = "?", file = "", row = "0", column = "0"] = found;
    return [{ filename: file, function: name, lineno: Number(row), colno: Number(column), in_app: !file.includes("node_modules") }];
  });
  return frames.slice(0, FRAMES_MOST).reverse();
}
