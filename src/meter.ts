import { createMeasure, type Point } from "./integrations/metrics/measure.ts";

/** What the meter is given: no secret, and nothing to call. */
type MeterEnv = { METRICS: AnalyticsEngineDataset; ENVIRONMENT: string };

/**
 * A Worker beside the service (a Tail Worker). Cloudflare tells it of each invocation once it is over: the processor time
 * that it took and how it ended, cut off for its time or its memory included, neither of which a Worker sees of itself.
 * Each becomes one point of the kind `cpu`, in the same data set as the service's own.
 */
export default {
  tail(items, env) {
    const measure = createMeasure(env.METRICS, { environment: env.ENVIRONMENT, release: undefined });
    for (const item of items) measure(pointOf(item));
  },
} satisfies ExportedHandler<MeterEnv>;

function pointOf(item: TraceItem): Point {
  return { kind: "cpu", ...nameOf(item), outcome: item.outcome, ms: item.cpuTime };
}

/** The route as the service's own line names it: an address holds ids. Who was cut off wrote no line. */
function nameOf({ event, logs, entrypoint }: TraceItem): { name: string; method?: string } {
  if (!event) return { name: "unknown" };
  if ("queue" in event) return { name: event.queue };
  if ("cron" in event) return { name: event.cron };
  const object = entrypoint === undefined || entrypoint === "default" ? "" : `${entrypoint}.`;
  if ("rpcMethod" in event) return { name: `${object}${event.rpcMethod}` };
  if ("request" in event) return { name: object === "" ? routeOf(logs) : `${object}fetch`, method: event.request.method };
  return { name: `${object}${"scheduledTime" in event ? "alarm" : "other"}` };
}

function routeOf(logs: readonly TraceLog[]): string {
  for (const { message } of logs) {
    const [text] = Array.isArray(message) ? (message as unknown[]) : [message];
    const route = typeof text === "string" ? /^\{"level":"\w+","event":"request",.*?"route":"([^"]*)"/.exec(text)?.[1] : undefined;
    if (route !== undefined) return route;
  }
  return "unknown";
}
