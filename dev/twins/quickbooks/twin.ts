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
import { StateDir, type Saved } from "./state.ts";
import { createTids, type TwinOptions, type World } from "./world.ts";

export type QuickbooksTwin = { readonly app: Hono; readonly control: Control; close(): Promise<void> };

/** QuickBooks Online in one process: OAuth, the data API, webhooks, and the strings behind them. */
export function createQuickbooksTwin(options: TwinOptions): QuickbooksTwin {
  const closing = new AbortController();
  const { world, state } = createWorld(options, closing.signal);
  const pace = { tokenDelayMs: 0 };
  const flush = () => Promise.resolve(state?.flush());
  const control = createControl(world, pace, flush);
  const app = new Hono();
  app.route("/", oauthRoutes(world, pace));
  app.route("/v3/company", dataRoutes(world));
  app.route("/_control", controlRoutes(control));
  const close = async () => {
    closing.abort();
    world.webhooks.close();
    await flush();
  };
  return { app, control, close };
}

function createWorld(options: TwinOptions, closing: AbortSignal): { world: World; state: StateDir | null } {
  const base = options.now ?? Date.now;
  const changed = () => state?.touch();
  const clock = createClock(base, changed);
  const chains = new Chains(options.clientSecret, () => clock.now("oauth"), changed);
  const webhooks = new Webhooks(options.webhookToken, base, (realm) => chains.connected(realm), closing, changed);
  const companies = new Companies(clock, {
    opened(company) {
      state?.attach(company);
      company.listeners.push((change) => webhooks.note(company.realm, change));
    },
    removed: (realm) => state?.forget(realm),
    changed,
  });
  const world: World = {
    options,
    clock,
    chains,
    companies,
    webhooks,
    faults: new Faults(createRandom),
    calls: new Calls(),
    throttle: new Throttle(),
    manners: new Map(),
    answered: new Map(),
    closing,
    changed,
    tid: createTids(),
  };
  const state = options.stateDir === undefined ? null : new StateDir(options.stateDir, () => snapshot(world));
  const saved = state?.load();
  if (saved) restore(world, saved);
  for (const [realm, template] of [
    [SAMPLE_REALM, "sample"],
    [REAL_REALM, "real"],
  ] as const)
    if (!companies.has(realm)) companies.add({ realm, anchor: base(), from: { template } });
  return { world, state };
}

function snapshot({ chains, clock, companies, manners, webhooks }: World): Saved {
  return { oauth: chains.save(), clock: clock.save(), specs: [...companies.specs()], manners: Object.fromEntries(manners), webhooks: webhooks.settings() };
}

function restore({ chains, clock, companies, manners, webhooks }: World, saved: Saved): void {
  chains.load(saved.oauth);
  clock.load(saved.clock);
  for (const spec of saved.specs) companies.add(spec);
  for (const [realm, manner] of Object.entries(saved.manners)) manners.set(realm, manner);
  webhooks.configure(saved.webhooks);
}
