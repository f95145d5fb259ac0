import { systemActor } from "../core/actor.ts";
import { problemIn } from "../core/errors.ts";
import { errorFields } from "../core/log.ts";
import { runSync } from "../features/accounts/run-sync.ts";
import { erasePerson } from "../features/auth/erase-person.ts";
import { makeExport } from "../features/auth/make-export.ts";
import { sendMail } from "../features/auth/send-mail.ts";
import { detectInsights } from "../features/insights/detect-insights.ts";
import { recordDeadLetter } from "../features/operations/record-dead-letter.ts";
import { makeReport } from "../features/reports/make-report.ts";
import { onBehalf, type Services } from "../runtime.ts";
import { Message } from "./messages.ts";

const MAX_DELAY_SECONDS = 43_200;

/** Each message settles on its own: one bad message never runs its neighbours again. */
export async function consume(batch: MessageBatch, services: Services): Promise<void> {
  for (const message of batch.messages) {
    const started = services.now().getTime();
    const parsed = Message.safeParse(message.body);
    if (!parsed.success) {
      // trying again cannot mend a shape that is not understood
      await recordDeadLetter(services, { queue: batch.queue, message: message.body, cause: "unreadable message", attempts: message.attempts });
      message.ack();
      continue;
    }
    const fields = { type: parsed.data.type, userId: parsed.data.userId, origin: parsed.data.requestId, attempts: message.attempts };
    try {
      await handle(parsed.data, services);
      message.ack();
      services.log("info", "message", { ...fields, ms: services.now().getTime() - started, hops: services.hops });
    } catch (error) {
      const delaySeconds = retryDelay(error, message.attempts, services.random);
      services.log(delaySeconds === null ? "error" : "warn", "message.failed", { ...fields, delaySeconds, ...errorFields(error) });
      if (delaySeconds === null) {
        await recordDeadLetter(services, {
          queue: batch.queue,
          message: parsed.data,
          userId: parsed.data.userId,
          cause: String(error),
          attempts: message.attempts,
        });
        message.ack();
      } else message.retry({ delaySeconds });
    }
  }
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
