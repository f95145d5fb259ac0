/** What one request, message or tick was, in columns. No user, no address, no id: a dashboard counts, it does not follow people. */
export type Point = {
  kind: "request" | "message" | "tick" | "fault" | "cpu";
  /** The route's pattern, the message's type, the cron expression, or what failed; of an invocation in a queue or an object, its name. */
  name: string;
  method?: string;
  /** The status of an answer; `done`, `retried` or `dead` of a message. */
  outcome: string;
  /** The problem's code, where there is one. */
  code?: string;
  /** Of `cpu`, the processor's time; else that of the clock. */
  ms: number;
  hops?: { gate: number; db: number; cache: number; quickbooks: number; grok: number };
  dbMs?: number;
  dbSlowestMs?: number;
  attempts?: number;
  /** How long a message lay in its queue. */
  waitedMs?: number;
};
export type Measure = (point: Point) => void;

/**
 * The one place where Analytics Engine's columns are given their meaning: `ops/README.md` lists them for whoever queries.
 * A point that cannot be written is lost: nothing waits for it or fails with it.
 */
export function createMeasure(dataset: AnalyticsEngineDataset | undefined, from: { environment: string; release: string | undefined }): Measure {
  return (point) => {
    const hops = point.hops ?? { gate: 0, db: 0, cache: 0, quickbooks: 0, grok: 0 };
    try {
      dataset?.writeDataPoint({
        indexes: [point.kind],
        blobs: [point.kind, point.name.slice(0, 96), point.method ?? "", point.outcome, point.code ?? "", from.environment, from.release ?? ""],
        doubles: [
          point.ms,
          hops.gate,
          hops.db,
          hops.cache,
          hops.quickbooks,
          hops.grok,
          point.dbMs ?? 0,
          point.dbSlowestMs ?? 0,
          point.attempts ?? 0,
          point.waitedMs ?? 0,
        ],
      });
    } catch {
      // said nowhere: the same outage would say it for every request
    }
  };
}
