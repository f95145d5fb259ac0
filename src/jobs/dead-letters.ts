import { recordDeadLetter } from "../features/operations/record-dead-letter.ts";
import { ended } from "../observe.ts";
import type { Serve } from "./consume.ts";
import { Message } from "./messages.ts";

/** What the queue gave up on becomes a row: seen, counted, and to be replayed. */
export async function keepDeadLetters(batch: MessageBatch, serve: Serve): Promise<void> {
  for (const message of batch.messages) {
    const parsed = Message.safeParse(message.body);
    const services = serve(parsed.success ? parsed.data.requestId : crypto.randomUUID());
    const started = services.now().getTime();
    const queue = batch.queue.replace(/-dead$/, "");
    const userId = parsed.success ? { userId: parsed.data.userId } : {};
    await recordDeadLetter(services, { queue, message: message.body, ...userId, cause: "retries exhausted", attempts: message.attempts });
    message.ack();
    const name = parsed.success ? parsed.data.type : "unreadable";
    ended(
      services,
      "error",
      { kind: "message", name, outcome: "dead", ms: services.now().getTime() - started, attempts: message.attempts },
      { queue, type: name, outcome: "dead", attempts: message.attempts, ...userId, cause: "retries exhausted" },
    );
  }
}
