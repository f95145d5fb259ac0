import { scrub } from "./scrub.ts";

export type LogLevel = "info" | "warn" | "error";
export type Log = (level: LogLevel, event: string, fields?: Record<string, unknown>) => void;

/**
 * One JSON line an event. Fields are chosen by the caller: ids, counts, durations, codes; never a body, a token, an
 * address or a question's text. JSON escapes line breaks, so nothing that a client sends can forge a line.
 */
export const log: Log = (level, event, fields = {}) => {
  const line = JSON.stringify({ level, event, ...fields });
  // the only console of the service: the platform turns each call into one record
  if (level === "error") console.error(line);
  else console.log(line);
};

/** An error as fields of a log line: its name, message and stack, and those of its causes, four deep. */
export function errorFields(error: unknown, depth = 4): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: scrub(String(error)) };
  const own = { error: error.name, message: scrub(error.message), stack: framesOf(error.stack) };
  return error.cause === undefined || depth === 0 ? own : { ...own, cause: errorFields(error.cause, depth - 1) };
}

/** The frames alone: a stack repeats the message, over as many lines as it has. */
function framesOf(stack: string | undefined): string {
  const frames = (stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return frames
    .slice(0, 6)
    .map((line) => line.trim())
    .join(" | ");
}
