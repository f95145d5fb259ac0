import type { LogLevel } from "./core/log.ts";
import type { Point } from "./integrations/metrics/measure.ts";
import type { Services } from "./runtime.ts";

/** A database call that takes this long is named in the line. */
const SLOW_MS = 500;

type Ended = Omit<Point, "hops" | "dbMs" | "dbSlowestMs">;

/**
 * Says that a request, a message or a tick has ended: one wide line for whoever searches, one data point for whoever counts.
 * `fields` are the line's alone: ids belong there, and in no metric.
 */
export function ended(services: Services, level: LogLevel, point: Ended, fields: Record<string, unknown>): void {
  const { hops, spent } = services;
  const { ms: dbSlowestMs, statement } = spent.slowest;
  services.log(level, point.kind, {
    ...fields,
    ms: point.ms,
    hops,
    dbMs: spent.dbMs,
    dbSlowestMs,
    ...(dbSlowestMs >= SLOW_MS ? { slowStatement: statement } : {}),
    ...(spent.tids.length > 0 ? { intuitTids: spent.tids } : {}),
  });
  services.measure({ ...point, hops, dbMs: spent.dbMs, dbSlowestMs });
}
