import { systemActor } from "../core/actor.ts";
import { problemIn } from "../core/errors.ts";
import { errorFields } from "../core/log.ts";
import { runSync } from "../features/accounts/run-sync.ts";
import { archiveOld } from "../features/archive/archive-old.ts";
import { erasePerson } from "../features/auth/erase-person.ts";
import { makeExport } from "../features/auth/make-export.ts";
import { sendMail } from "../features/auth/send-mail.ts";
import { detectInsights } from "../features/insights/detect-insights.ts";
import { recordDeadLetter } from "../features/operations/record-dead-letter.ts";
import { makeReport } from "../features/reports/make-report.ts";
import { ended } from "../observe.ts";
import { onBehalf, type Services } from "../runtime.ts";
import { Message } from "./messages.ts";

const MAX_DELAY_SECONDS = 43_200;

/** The services of one message: its log lines carry the id of the request that sent it. */
export type Serve = (requestId: string) => Services;

/** Each message settles on its own: one bad message never runs its neighbours again. */
export async function consume(batch: MessageBatch, serve: Serve): Promise<void> {
  for (const message of batch.messages) {
    const parsed = Message.safeParse(message.body);
    const services = serve(parsed.success ? parsed.data.requestId : crypto.randomUUID());
    const started = services.now().getTime();
    const queue = batch.queue;
    const say = (outcome: "done" | "retried" | "dead", fields: Record<string, unknown>) =>
      ended(
        services,
        outcome === "done" ? "info" : outcome === "retried" ? "warn" : "error",
        {
          kind: "message",
          name: parsed.success ? parsed.data.type : "unreadable",
          outcome,
          ms: services.now().getTime() - started,
          attempts: message.attempts,
          waitedMs: Math.max(0, started - message.timestamp.getTime()),
        },
        { queue, outcome, attempts: message.attempts, ...(parsed.success ? { type: parsed.data.type, userId: parsed.data.userId } : {}), ...fields },
      );
    if (!parsed.success) {
      // trying again cannot mend a shape that is not understood
      await recordDeadLetter(services, { queue, message: message.body, cause: "unreadable message", attempts: message.attempts });
      message.ack();
      say("dead", { cause: "unreadable message" });
      continue;
    }
    try {
      await handle(parsed.data, services);
      message.ack();
      say("done", {});
    } catch (error) {
      const { type, userId } = parsed.data;
      if (!problemIn(error)) services.later(services.report(error, { entrance: "queue", name: type, requestId: services.requestId, userId }));
      const delaySeconds = retryDelay(error, message.attempts, services.random);
      if (delaySeconds === null) {
        await recordDeadLetter(services, { queue, message: parsed.data, userId, cause: causeOf(error), attempts: message.attempts });
        message.ack();
      } else message.retry({ delaySeconds });
      say(delaySeconds === null ? "dead" : "retried", { delaySeconds, ...errorFields(error) });
    }
  }
}

/** What failed, without the values that were in it: a dead letter is read by operators. */
function causeOf(error: unknown): string {
  const { error: name, message } = errorFields(error);
  return [name, message].filter((part) => typeof part === "string").join(": ");
}

async function handle(message: Message, services: Services): Promise<void> {
  const ctx = onBehalf(services, systemActor(message.userId));
  switch (message.type) {
    case "sync":
      return runSync(ctx, message.runId);
    case "mail":
      return sendMail(ctx, message.mailId);
    case "report":
      return makeReport(ctx, message.reportId);
    case "export":
      return makeExport(ctx, message.exportId);
    case "detect":
      return detectInsights(ctx, message.accountId);
    case "erase":
      return erasePerson(ctx);
    case "archive":
      return archiveOld(ctx);
  }
}

/** Seconds until the next try, with jitter; null when another try cannot help. A bug is tried again: it may be a half-finished deploy. */
export function retryDelay(error: unknown, attempts: number, random: (length: number) => Uint8Array): number | null {
  const problem = problemIn(error);
  if (problem && problem.status < 500) return null;
  const backoff = Math.min(10 * 2 ** attempts, MAX_DELAY_SECONDS);
  const jitter = Math.floor((backoff * (random(1)[0] ?? 0)) / 1024);
  const asked = problem?.retryAfterSeconds ?? 0;
  return Math.min(Math.max(asked, backoff) + jitter, MAX_DELAY_SECONDS);
}
