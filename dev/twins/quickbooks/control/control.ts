import { z } from "zod";
import type { Injection } from "../api/faults.ts";
import { LimitsPatch } from "../api/throttle.ts";
import { writeGiven } from "../api/objects.ts";
import { NewCompany, titleOf } from "../companies/registry.ts";
import { mutate, MutateOptions } from "../companies/mutate.ts";
import { RevalueOptions, revalue } from "../companies/revalue.ts";
import type { Company } from "../company/company.ts";
import { kindOf } from "../company/entities.ts";
import { merge } from "../company/merge.ts";
import type { Row } from "../company/table.ts";
import { voidOut } from "../company/write.ts";
import { OAuthPatch } from "../oauth/chains.ts";
import type { OAuthPace } from "../oauth/routes.ts";
import { tokenReply } from "../oauth/tokens.ts";
import { DeliverOptions, WebhookPatch } from "../webhooks/webhooks.ts";
import { MANNERS, mannerOf, type World } from "../world.ts";
import { rawDocuments, rawPostings, rawProfitAndLoss, rawTrialBalance } from "./oracle.ts";

export const ClockMove = z.strictObject({
  /** A realm, `oauth`, or all of them. */
  scope: z.string().default("*"),
  advanceMs: z.number().optional(),
  to: z.union([z.number(), z.iso.datetime({ offset: true })]).optional(),
  freeze: z.boolean().optional(),
});

export const CompanyPatch = z.strictObject({
  name: z.string().min(1).optional(),
  reportBasis: z.enum(["Accrual", "Cash"]).optional(),
  bookClose: z.iso.date().nullable().optional(),
  lapsed: z.boolean().optional(),
  environment: z.enum(["sandbox", "production"]).optional(),
  userMayRead: z.boolean().optional(),
  cdcLimit: z.number().int().positive().optional(),
  cdcCap: z.enum(["total", "entity"]).optional(),
});

export const Write = z.strictObject({
  entity: z.string(),
  operation: z.enum(["create", "update", "delete", "void", "merge"]).default("create"),
  body: z.record(z.string(), z.unknown()),
  at: z.union([z.number(), z.iso.datetime({ offset: true })]).optional(),
});
export const OAuthConfig = z.strictObject({ realm: z.string().default("*"), tokenDelayMs: z.number().int().nonnegative().optional(), ...OAuthPatch.shape });

export type Control = ReturnType<typeof createControl>;

/** Every string that tests and people pull. The HTTP control API is these operations and nothing else. */
export function createControl(world: World, pace: OAuthPace, flush: () => Promise<void>) {
  const company = (realm: string): Company => {
    const found = world.companies.get(realm);
    if (!found) throw new RangeError(`no company ${realm}`);
    return found;
  };
  return {
    ...companyControl(world, company),
    ...oauthControl(world, pace),
    ...trafficControl(world),
    trialBalance: (realm: string, options: { date: string; basis?: string | undefined }) => rawTrialBalance(company(realm), options),
    profitAndLoss: (realm: string, options: { from: string; to: string; basis?: string | undefined }) => rawProfitAndLoss(company(realm), options),
    postings: (realm: string, options: { from?: string | undefined; to?: string | undefined; basis?: string | undefined; cause?: string | undefined }) =>
      rawPostings(company(realm), options),
    documents: (realm: string, entity: string) => rawDocuments(company(realm), entity),
    /** Writes everything that is to survive a restart. */
    flush,
  };
}

function companyControl(world: World, company: (realm: string) => Company) {
  return {
    companies: () =>
      world.companies.specs().map((spec) => ({
        realm: spec.realm,
        name: titleOf(spec),
        template: spec.from.template,
        open: world.companies.isOpen(spec.realm),
        connected: world.chains.connected(spec.realm),
      })),
    createCompany(given: z.input<typeof NewCompany>) {
      const spec = world.companies.create(NewCompany.parse(given));
      return { realm: spec.realm, name: company(spec.realm).profile.name };
    },
    removeCompany: (realm: string) => ({ removed: world.companies.remove(realm) }),
    changeCompany(realm: string, given: z.input<typeof CompanyPatch>) {
      const patch = CompanyPatch.parse(given);
      const defined = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
      const [own, theirs] = [Object.keys(MANNERS), Object.keys(company(realm).profile)];
      const manner = Object.fromEntries(Object.entries(defined).filter(([key]) => own.includes(key)));
      if (Object.keys(manner).length > 0) setManner(world, realm, manner);
      const profile = Object.fromEntries(Object.entries(defined).filter(([key]) => theirs.includes(key)));
      if (Object.keys(profile).length > 0) company(realm).changeProfile(profile);
      return { realm, ...company(realm).profile, ...mannerOf(world, realm) };
    },
    /** As a person in QuickBooks would: no token, no limits, and voids of what the API cannot void. */
    write(realm: string, given: z.input<typeof Write>) {
      const { entity, operation, body, at } = Write.parse(given);
      const moment = at === undefined ? company(realm).exactly() : typeof at === "number" ? at : Date.parse(at);
      return company(realm).during(moment, () => personally(company(realm), entity, operation, body));
    },
    mutate: (realm: string, given: z.input<typeof MutateOptions>) => mutate(company(realm), MutateOptions.parse(given)),
    revalue: (realm: string, given: z.input<typeof RevalueOptions>) => revalue(company(realm), RevalueOptions.parse(given)),
    moveClock(given: z.input<typeof ClockMove>) {
      const { scope, advanceMs, to, freeze } = ClockMove.parse(given);
      const scopes = scope === "*" ? ["oauth", ...world.companies.specs().map((spec) => spec.realm)] : [scope];
      for (const one of scopes) {
        if (to !== undefined) world.clock.set(one, typeof to === "number" ? to : Date.parse(to));
        if (advanceMs !== undefined) world.clock.move(one, advanceMs);
        if (freeze !== undefined) world.clock.freeze(one, freeze);
      }
      return { now: Object.fromEntries(scopes.map((one) => [one, new Date(world.clock.now(one)).toISOString()])) };
    },
  };
}

function setManner(world: World, realm: string, manner: object): void {
  world.manners.set(realm, { ...mannerOf(world, realm), ...manner });
  world.changed();
}

function personally(company: Company, entity: string, operation: string, body: Record<string, unknown>) {
  const kind = kindOf(entity);
  const id = body["Id"];
  const row = typeof id === "string" ? company.get(kind.name, id) : undefined;
  if (operation === "void" && row) return { [kind.key]: { Id: voidOut(company, kind.name, row).id } };
  if (operation === "merge" && row) return merged(company, kind.name, row, body["into"]);
  const token = row && body["SyncToken"] === undefined ? { SyncToken: String(row.sync) } : {};
  return writeGiven(company, kind, operation, { ...body, ...token });
}

function merged(company: Company, entity: string, from: Row, into: unknown) {
  const target = typeof into === "string" ? company.get(entity, into) : undefined;
  if (!target || (entity !== "Customer" && entity !== "Vendor")) throw new RangeError("only customers and vendors merge, each into one that is there");
  return { [entity]: { Id: merge(company, entity, from, target).id, deletedId: from.id } };
}

function oauthControl(world: World, pace: OAuthPace) {
  return {
    configureOAuth(given: z.input<typeof OAuthConfig>) {
      const { realm, tokenDelayMs, ...patch } = OAuthConfig.parse(given);
      if (tokenDelayMs !== undefined) pace.tokenDelayMs = tokenDelayMs;
      world.chains.configure(realm, patch);
      return { realm, ...pace, ...world.chains.settings(realm) };
    },
    /** Connects without a browser: tokens for a company, as if a person had consented. */
    connect(realm: string, scope = "com.intuit.quickbooks.accounting") {
      const code = world.chains.findCode(world.chains.issueCode(realm, "control", scope));
      if (!code) throw new RangeError("no code");
      const chain = world.chains.useCode(code);
      return { realmId: realm, chain: chain.id, ...tokenReply(world.chains, world.clock.now("oauth"), chain, false) };
    },
    connections: (realm?: string) => world.chains.list(realm),
    /** A person ends the connection inside QuickBooks. */
    disconnect(realm: string) {
      world.chains.revokeRealm(realm);
      return { disconnected: realm };
    },
    expireAccess(realm: string) {
      world.chains.expireAccess(realm);
      return { expired: realm };
    },
  };
}

function trafficControl(world: World) {
  return {
    addFault: (given: z.input<typeof Injection>) => ({ id: world.faults.add(given) }),
    faults: (realm?: string) => world.faults.list(realm),
    clearFaults: (filter: { realm?: string | undefined; id?: string | undefined } = {}) => ({ cleared: world.faults.clear(filter) }),
    throttle: (realm: string, given: z.input<typeof LimitsPatch> = {}) => world.throttle.configure(realm, LimitsPatch.parse(given)),
    calls: (filter: { realm?: string | undefined; since?: number | undefined; target?: string | undefined } = {}) => world.calls.list(filter),
    counters: (realm: string) => world.calls.counters(realm),
    clearCalls: (realm?: string) => ({ cleared: world.calls.clear(realm) }),
    configureWebhooks: (given: z.input<typeof WebhookPatch>) => world.webhooks.configure(WebhookPatch.parse(given)),
    webhooks: (realm?: string) => ({ settings: world.webhooks.settings(), pending: world.webhooks.pending(realm), deliveries: world.webhooks.log() }),
    deliverWebhooks: (given: z.input<typeof DeliverOptions> = {}) => world.webhooks.deliver(DeliverOptions.parse(given)),
    /** Intuit's "Send test events": a company nobody knows. */
    sampleWebhook(given: { realm?: string | undefined; entity?: string | undefined; id?: string | undefined }) {
      world.webhooks.push({
        realm: given.realm ?? "310687",
        entity: given.entity ?? "Account",
        id: given.id ?? "1234",
        operation: "Create",
        at: world.clock.base(),
      });
      return { pending: world.webhooks.pending().length };
    },
  };
}
