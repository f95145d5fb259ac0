import { Hono } from "hono";
import { Calls } from "./api/calls.ts";
import { Faults } from "./api/faults.ts";
import { dataRoutes } from "./api/routes.ts";
import { Throttle } from "./api/throttle.ts";
import { createClock } from "./clock.ts";
import { Companies, REAL_REALM, SAMPLE_REALM } from "./companies/registry.ts";
import { createControl, type Control } from "./control/control.ts";
import { controlRoutes } from "./control/routes.ts";
import { Chains } from "./oauth/chains.ts";
import { oauthRoutes } from "./oauth/routes.ts";
import { createRandom } from "./random.ts";
import { Webhooks } from "./webhooks/webhooks.ts";
import { createTids, type TwinOptions, type World } from "./world.ts";

export type QuickbooksTwin = { readonly app: Hono; readonly control: Control; close(): Promise<void> };

/** QuickBooks Online in one process: OAuth, the data API, webhooks, and the strings behind them. */
export function createQuickbooksTwin(options: TwinOptions): QuickbooksTwin {
  const base = options.now ?? Date.now;
  const closing = new AbortController();
  let changed = () => {};
  const clock = createClock(base, () => changed());
  const chains = new Chains(options.clientSecret, () => clock.now("oauth"), () => changed());
  const webhooks = new Webhooks(options.webhookToken, base, (realm) => chains.connected(realm), closing.signal, () => changed());
  const companies = new Companies(clock, (company) => company.listeners.push((change) => webhooks.note(company.realm, change)));
  const world: World = { options, clock, chains, companies, webhooks, faults: new Faults(createRandom), calls: new Calls(), throttle: new Throttle(), manners: new Map(), answered: new Map(), closing: closing.signal, tid: createTids() };
  const anchor = base();
  companies.add({ realm: SAMPLE_REALM, anchor, from: { template: "sample" } });
  companies.add({ realm: REAL_REALM, anchor, from: { template: "real" } });
  changed = () => {};
  const pace = { tokenDelayMs: 0 };
  const flush = () => Promise.resolve();
  const control = createControl(world, pace, flush);
  const app = new Hono();
  app.route("/", oauthRoutes(world, pace));
  app.route("/v3/company", dataRoutes(world));
  app.route("/_control", controlRoutes(control));
  const close = async () => {
    closing.abort();
    webhooks.close();
    await flush();
  };
  return { app, control, close };
}
