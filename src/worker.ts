import { createApp } from "./http/app.ts";
import type { Env } from "./env.ts";
import { consume } from "./jobs/consume.ts";
import { keepDeadLetters } from "./jobs/dead-letters.ts";
import { tick } from "./jobs/schedule.ts";
import { CompanyGate as CompanyGateObject } from "./objects/company-gate.ts";
import { reported } from "./objects/reported.ts";
import { Turnstile as TurnstileObject } from "./objects/turnstile.ts";
import { UserGate as UserGateObject } from "./objects/user-gate.ts";
import { createServices } from "./runtime.ts";

export const CompanyGate = reported(CompanyGateObject);
export const Turnstile = reported(TurnstileObject);
export const UserGate = reported(UserGateObject);

const app = createApp();

export default {
  fetch: (request, env, context) => app.fetch(request, env, context),

  async queue(batch, env, context) {
    const serve = (requestId: string) => createServices(env, requestId, (work) => context.waitUntil(work));
    await (batch.queue.endsWith("-dead") ? keepDeadLetters(batch, serve) : consume(batch, serve));
  },

  async scheduled(event, env, context) {
    await tick(
      event.cron,
      createServices(env, crypto.randomUUID(), (work) => context.waitUntil(work)),
    );
  },
} satisfies ExportedHandler<Env>;
