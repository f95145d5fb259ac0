import { OUTAGES } from "../../core/outages.ts";

export type Mail = { to: string; subject: string; text: string; html: string };

/** A mail that Resend did not take. `retry` is false when another try cannot help. */
export class MailRefused extends Error {
  override readonly name = "MailRefused";
  readonly retry: boolean;
  constructor(status: number, retry: boolean) {
    super(`the mail service answered ${status}`);
    this.retry = retry;
  }
}

export type Mailer = {
  /** Sends once per `key`: Resend answers a repeated Idempotency-Key with the first result for 24 hours. */
  send(mail: Mail, key: string): Promise<void>;
};

/** Resend's API: POST /emails. */
export function createMailer(options: { baseUrl: string; apiKey: string; from: string; fetch: typeof fetch }): Mailer {
  return {
    async send(mail, key) {
      const response = await options.fetch(`${options.baseUrl}/emails`, {
        method: "POST",
        headers: { authorization: `Bearer ${options.apiKey}`, "content-type": "application/json", "idempotency-key": key },
        body: JSON.stringify({ from: options.from, to: [mail.to], subject: mail.subject, text: mail.text, html: mail.html }),
        redirect: "manual",
        signal: AbortSignal.timeout(OUTAGES.mail.waitMs),
      });
      await response.body?.cancel();
      if (!response.ok) throw new MailRefused(response.status, response.status === 429 || response.status >= 500);
    },
  };
}
