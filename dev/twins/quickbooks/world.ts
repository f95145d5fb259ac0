import { createHash } from "node:crypto";
import type { Calls } from "./api/calls.ts";
import type { Faults } from "./api/faults.ts";
import type { Throttle } from "./api/throttle.ts";
import type { Clock } from "./clock.ts";
import type { Companies } from "./companies/registry.ts";
import type { Chains } from "./oauth/chains.ts";
import type { Webhooks } from "./webhooks/webhooks.ts";

export type TwinOptions = { clientId: string; clientSecret: string; webhookToken: string; stateDir?: string; now?: () => number };

/** How one company's data API behaves. */
export type Manner = {
  /** The twin's keys are Development keys: a production company refuses them with 3100. */
  environment: "sandbox" | "production";
  /** Whether the person behind the connection may read: 3201 when not. */
  userMayRead: boolean;
  cdcLimit: number;
  /** Intuit's page says 1000 objects in all; one mirror found 1000 for each entity. */
  cdcCap: "total" | "entity";
};

export const MANNERS: Manner = { environment: "sandbox", userMayRead: true, cdcLimit: 1000, cdcCap: "total" };

/** Everything one twin keeps. */
export type World = {
  readonly options: TwinOptions;
  readonly clock: Clock;
  readonly chains: Chains;
  readonly companies: Companies;
  readonly faults: Faults;
  readonly calls: Calls;
  readonly throttle: Throttle;
  readonly webhooks: Webhooks;
  readonly manners: Map<string, Manner>;
  /** What a `requestid` was answered with. */
  readonly answered: Map<string, { status: number; body: string }>;
  readonly closing: AbortSignal;
  /** Something that is kept has changed. */
  changed(): void;
  /** `intuit_tid` of the next reply. */
  tid(): string;
};

export function mannerOf(world: World, realm: string): Manner {
  return world.manners.get(realm) ?? MANNERS;
}

export function createTids(): () => string {
  let n = 0;
  return () => {
    const hash = createHash("sha256").update(`tid:${++n}`).digest("hex");
    return `1-${hash.slice(0, 8)}-${hash.slice(8, 32)}`;
  };
}
