import { recordDeadLetter } from "../features/operations/record-dead-letter.ts";
import type { Services } from "../runtime.ts";
import { Message } from "./messages.ts";

/** What the queue gave up on becomes a row: seen, counted, and to be replayed. */
export async function keepDeadLetters(batch: MessageBatch, services: Services): Promise<void> {
  for (const message of batch.messages) {
    const parsed = Message.safeParse(message.body);
    await recordDeadLetter(services, {
      queue: batch.queue.replace(/-dead$/, ""),
      message: message.body,
      ...(parsed.success ? { userId: parsed.data.userId } : {}),
      cause: "retries exhausted",
      attempts: message.attempts,
    });
    message.ack();
  }
}
