import { z } from "@hono/zod-openapi";
import { zValidator } from "@hono/zod-validator";
import type { Context } from "hono";
import { instant } from "../../core/instant.ts";
import type { Account } from "../../features/accounts/account.ts";
import { completeLink } from "../../features/accounts/complete-link.ts";
import { getAccount } from "../../features/accounts/get-account.ts";
import { linkAccount } from "../../features/accounts/link-account.ts";
import { linkGrok } from "../../features/accounts/link-grok.ts";
import { listAccounts } from "../../features/accounts/list-accounts.ts";
import { type Parked, parkLink } from "../../features/accounts/park-link.ts";
import { removeAccount } from "../../features/accounts/remove-account.ts";
import { type App, ctx, openCtx } from "../context.ts";
import { admitAddress } from "../guards/admit.ts";
import { showPage } from "../page.ts";
import { route } from "../route.ts";
import { createRouter } from "../router.ts";
import { Currency, Day, Id, IdParam, Instant, json, jsonBody, page } from "../wire.ts";

// ── contract ──────────────────────────────────────────────────────────────
const NewAccountBody = z
  .discriminatedUnion("service", [
    z.strictObject({ service: z.literal("quickbooks"), returnUrl: z.string().max(500).optional(), syncFrom: Day.optional() }),
    z.strictObject({ service: z.literal("grok"), apiKey: z.string().regex(/^[\x21-\x7e]{8,200}$/, "must be an xAI key") }),
  ])
  .openapi("NewAccount");
const AccountBody = z
  .strictObject({
    id: Id,
    service: z.enum(["manual", "quickbooks", "grok"]),
    displayName: z.string(),
    status: z.enum(["linking", "connected", "needs_reconnect", "paused", "held", "disconnected", "erasing"]),
    statusReason: z.string().nullable(),
    homeCurrency: Currency.nullable(),
    fiscalYearStart: z.int(),
    syncFrom: Day.nullable(),
    lastSyncedAt: Instant.nullable(),
    nextSyncAt: Instant.nullable(),
    createdAt: Instant,
  })
  .openapi("Account");
const Usage = z
  .strictObject({ month: z.string().regex(/^\d{4}-\d{2}$/), calls: z.int() })
  .openapi("ProviderUsage", { description: "Calls to the provider in a month (UTC). Intuit meters reads." });
const AccountInFullBody = AccountBody.extend({ usage: z.array(Usage) }).openapi("AccountInFull");
/** Of `quickbooks`: where to send the person. Of `grok`: the account, linked. */
const LinkBody = z
  // a nullable of a named schema would be written as both at once, which nothing fits
  .strictObject({ authorizeUrl: z.url().nullable(), expiresAt: Instant.nullable(), account: z.union([AccountBody, z.null()]) })
  .openapi("AccountLink");
const LinkCodeBody = z.strictObject({ linkCode: z.string().max(120) }).openapi("LinkCode");
const RemovedBody = z.strictObject({ id: Id, data: z.enum(["keep", "erase"]) }).openapi("RemovedAccount");

const toBody = (a: Account): z.infer<typeof AccountBody> => ({
  id: a.id,
  service: a.service as "manual" | "quickbooks" | "grok",
  displayName: a.displayName,
  status: a.status,
  statusReason: a.statusReason,
  homeCurrency: a.homeCurrency,
  fiscalYearStart: a.fiscalYearStart,
  syncFrom: a.syncFrom,
  lastSyncedAt: instant(a.lastSyncedAt),
  nextSyncAt: instant(a.nextSyncAt),
  createdAt: new Date(a.createdAt).toISOString(),
});
// ── routes ────────────────────────────────────────────────────────────────
const tags = ["accounts"];
const read = { scope: "accounts:read", limit: "read" } as const;
const write = { scope: "accounts:write", limit: "write" } as const;

const list = route({
  operationId: "listAccounts",
  summary: "Linked services",
  tags,
  method: "get",
  path: "/accounts",
  access: read,
  revalidated: true,
  responses: { 200: json("Linked services, oldest first", page(AccountBody)) },
});

const link = route({
  operationId: "linkAccount",
  summary: "Link a service",
  description:
    "QuickBooks: send the person to `authorizeUrl`; they come back to `returnUrl` with a `linkCode` for `POST /accounts/complete`. Grok: your own xAI key is checked and kept sealed.",
  tags,
  method: "post",
  path: "/accounts",
  access: write,
  fails: ["upstream_refused"],
  request: { body: jsonBody(NewAccountBody) },
  responses: { 201: json("Where to send the person, or the linked account", LinkBody) },
});

const complete = route({
  operationId: "completeLink",
  summary: "Finish linking with the code that came back",
  description: "Only by the user who started the link, once.",
  tags,
  method: "post",
  path: "/accounts/complete",
  access: write,
  fails: ["invalid_token", "upstream_refused", "conflict"],
  request: { body: jsonBody(LinkCodeBody) },
  responses: { 201: json("The account; its first sync has started", AccountBody) },
});

const get = route({
  operationId: "getAccount",
  summary: "One linked service",
  tags,
  method: "get",
  path: "/accounts/{id}",
  access: read,
  fails: ["not_found"],
  request: { params: IdParam },
  responses: { 200: json("The account, with how often its provider was called", AccountInFullBody) },
});

const remove = route({
  operationId: "removeAccount",
  summary: "Unlink a service",
  description: "Tokens are destroyed at once and revoked at the provider. The data is kept, or erased as asked.",
  tags,
  method: "delete",
  path: "/accounts/{id}",
  access: { ...write, sensitive: true },
  fails: ["not_found", "conflict"],
  request: { params: IdParam, query: z.strictObject({ data: z.enum(["keep", "erase"]).default("keep") }) },
  responses: { 200: json("Unlinked", RemovedBody) },
});

// ── the browser's way back: outside the document ──────────────────────────
const CallbackQuery = z.object({
  state: z.string().max(200),
  code: z.string().min(1).max(1000).optional(),
  realmId: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional(),
  error: z.string().max(200).optional(),
});

/** A person is looking: an unusable callback ends in a page, and says nothing of why. */
const callbackQuery = zValidator("query", CallbackQuery, (result, c) => (result.success ? undefined : unusable(c as unknown as Context<App>)));

function unusable(c: Context<App>): Promise<Response> {
  return showPage(c, "This link cannot be used", "It was used already, has expired, or was changed on its way. Start again from FinHelm.", 400);
}

async function answer(c: Context<App>, parked: Parked): Promise<Response> {
  if (parked.outcome === "parked") return c.redirect(parked.location, 302);
  if (parked.outcome === "refused_by_person")
    return showPage(c, "Nothing was connected", "You did not allow access, so FinHelm has none. You can start again at any time.");
  return unusable(c);
}

const routes = createRouter();
routes.get("/accounts/callback/:service", admitAddress("callback"), callbackQuery, async (c) =>
  answer(c, await parkLink(openCtx(c), c.req.param("service"), c.req.valid("query"))),
);

export const accounts = routes
  .openapi(list, async (c) => c.json({ data: (await listAccounts(ctx(c))).map(toBody), nextCursor: null }, 200))
  .openapi(link, async (c) => {
    const body = c.req.valid("json");
    if (body.service === "grok") return c.json({ authorizeUrl: null, expiresAt: null, account: toBody(await linkGrok(ctx(c), body.apiKey)) }, 201);
    return c.json({ ...(await linkAccount(ctx(c), body)), account: null }, 201);
  })
  .openapi(complete, async (c) => c.json(toBody(await completeLink(ctx(c), c.req.valid("json").linkCode)), 201))
  .openapi(get, async (c) => {
    const account = await getAccount(ctx(c), c.req.valid("param").id);
    return c.json({ ...toBody(account), usage: account.usage.map(({ month, calls }) => ({ month, calls })) }, 200);
  })
  .openapi(remove, async (c) => {
    const [{ id }, { data }] = [c.req.valid("param"), c.req.valid("query")];
    await removeAccount(ctx(c), id, data);
    return c.json({ id, data }, 200);
  });
