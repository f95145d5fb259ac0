/** The client and the translation against the twin's own ledger: two engineers' readings of the same facts must agree. */
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createQuickbooksTwin } from "../../../dev/twins/quickbooks/twin.ts";
import { toUnits } from "../../../src/core/money.ts";
import { type Company, createQuickBooks, type QuickBooks } from "../../../src/integrations/quickbooks/client.ts";
import { type PostingEntity, POSTING_ENTITIES } from "../../../src/integrations/quickbooks/statement.ts";
import { type Books, createBooks } from "../../../src/integrations/quickbooks/translate/books.ts";
import { type Settlement, settledBefore } from "../../../src/integrations/quickbooks/translate/settled-before.ts";
import { translate } from "../../../src/integrations/quickbooks/translate/translate.ts";

const SAMPLE = "9130350000000001";
const twin = createQuickbooksTwin({ clientId: "client", clientSecret: "secret", webhookToken: "token" });
let server: Server;
let quickbooks: QuickBooks;

beforeAll(async () => {
  const listening = Promise.withResolvers<number>();
  const started = serve({ fetch: twin.app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => listening.resolve(port));
  if (!("closeAllConnections" in started)) throw new Error("not an HTTP server");
  server = started;
  const url = `http://127.0.0.1:${await listening.promise}`;
  quickbooks = createQuickBooks({
    authorizeUrl: `${url}/connect/oauth2`,
    tokenUrl: `${url}/oauth2/v1/tokens/bearer`,
    revokeUrl: `${url}/v2/oauth2/tokens/revoke`,
    apiUrl: url,
    clientId: "client",
    clientSecret: "secret",
    fetch,
    now: () => new Date(),
  });
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await twin.close();
});

function connect(realm: string): Company {
  twin.control.throttle(realm, { perMinute: 1_000_000, perSecond: 1_000_000 });
  return { realmId: realm, accessToken: twin.control.connect(realm).access_token };
}

type Row = { Id: string; ExchangeRate?: string; TxnDate: string; MetaData: { CreateTime: string }; Line?: Settlement["lines"] };

/** All pages of 100, so that there are several. */
async function all<T>(page: (paging: { startPosition: number; maxResults: number }) => Promise<{ rows: T[] }>): Promise<T[]> {
  const found: T[] = [];
  for (let startPosition = 1; ; startPosition += 100) {
    const { rows } = await page({ startPosition, maxResults: 100 });
    found.push(...rows);
    if (rows.length < 100) return found;
  }
}

type Found = { entity: PostingEntity; id: string; document: unknown };

async function read(company: Company): Promise<{ books: Books; found: Found[] }> {
  const { homeCurrency } = await quickbooks.preferences(company);
  if (homeCurrency === null) throw new Error("no home currency");
  const [accounts, items] = [
    await all((paging) => quickbooks.accounts(company, homeCurrency, paging)),
    await all((paging) => quickbooks.items(company, paging)),
  ];
  const found: Found[] = [];
  const rates = new Map<string, string>();
  const settlements: Settlement[] = [];
  for (const entity of POSTING_ENTITIES) {
    const rows = await all((paging) => quickbooks.query(company, entity, { ...paging, orderBy: { property: "Id" } }));
    expect(rows.length).toBe(await quickbooks.count(company, entity));
    for (const row of rows) {
      const { Id, ExchangeRate, TxnDate, MetaData, Line } = row as Row;
      found.push({ entity, id: Id, document: row });
      if (ExchangeRate !== undefined) rates.set(`${entity}:${Id}`, ExchangeRate);
      if (entity === "Payment" || entity === "BillPayment") settlements.push({ entity, id: Id, date: TxnDate, made: MetaData.CreateTime, lines: Line ?? [] });
    }
  }
  return { books: createBooks({ homeCurrency, accounts, items, rates, settledBefore: settledBefore(settlements, () => "0") }), found };
}

/** What QuickBooks posts by itself and no document shows. */
const HIDDEN: ReadonlySet<string> = new Set(["cogs", "opening-stock", "revaluation"]);

function byAccount(postings: readonly { account: string; amount: string }[]): Map<string, bigint> {
  const totals = new Map<string, bigint>();
  for (const { account, amount } of postings) totals.set(account, (totals.get(account) ?? 0n) + toUnits(amount, 2));
  return new Map([...totals].filter(([, total]) => total !== 0n).sort(([a], [b]) => Number(a) - Number(b)));
}

/** Documents on which translation and twin differ, and by how many cents at most on one account. */
async function compare(realm: string): Promise<{ documents: number; problems: unknown[]; differing: { document: string; cents: bigint }[] }> {
  const { books, found } = await read(connect(realm));
  const truth = new Map(twin.control.postings(realm, {}).entries.map((entry) => [`${entry.entity}:${entry.id}`, entry.postings]));
  const problems: unknown[] = [];
  const differing: { document: string; cents: bigint }[] = [];
  for (const { entity, id, document } of found) {
    const result = translate(entity, document, books);
    problems.push(...result.problems);
    const ours = byAccount(result.postings.map(({ accountId, homeAmount }) => ({ account: accountId, amount: homeAmount })));
    const theirs = byAccount((truth.get(`${entity}:${id}`) ?? []).filter(({ cause }) => !HIDDEN.has(cause)));
    const cents = [...new Set([...ours.keys(), ...theirs.keys()])]
      .map((account) => (ours.get(account) ?? 0n) - (theirs.get(account) ?? 0n))
      .map((difference) => (difference < 0n ? -difference : difference));
    const worst = cents.reduce((most, value) => (value > most ? value : most), 0n);
    if (worst > 0n) differing.push({ document: `${entity}:${id}`, cents: worst });
  }
  return { documents: found.length, problems, differing };
}

describe("every document of a company", () => {
  it("posts what the twin's ledger says, account by account", async () => {
    const { documents, problems, differing } = await compare(SAMPLE);
    expect(documents).toBeGreaterThan(300);
    expect([problems, differing]).toEqual([[], []]);
  });

  it.each([1, 2, 3])("does so in foreign currencies too, rounding and exchange differences among it (seed %i)", async (seed) => {
    const { realm } = twin.control.createCompany({ template: "generated", seed, size: 400 });
    const { documents, problems, differing } = await compare(realm);
    expect(documents).toBeGreaterThan(300);
    expect([problems, differing]).toEqual([[], []]);
  });

  it("adds up to the trial balance that QuickBooks reports", async () => {
    const company = connect(SAMPLE);
    const report = await quickbooks.report(company, "TrialBalance", { startDate: "2020-01-01", endDate: "2030-01-01", basis: "Accrual" });
    const sum = (side: "debit" | "credit") => report.rows.reduce((total, row) => total + toUnits(row[side]), 0n);
    expect([sum("debit"), sum("credit")]).toEqual([toUnits(report.totals?.debit ?? ""), toUnits(report.totals?.credit ?? "")]);
    expect(report.rows.every(({ accountId }) => accountId !== null)).toBe(true);
    const profit = await quickbooks.report(company, "ProfitAndLoss", { startDate: "2020-01-01", endDate: "2030-01-01", basis: "Accrual" });
    const net = profit.rows.reduce(
      (total, { group, amount }) => total + (group === "Income" || group === "OtherIncome" ? toUnits(amount) : -toUnits(amount)),
      0n,
    );
    expect(net).toBe(toUnits(profit.totals.get("NetIncome") ?? ""));
  });
});

describe("a connection", () => {
  it("goes from consent to tokens, to a refresh, to its end", async () => {
    const redirectUri = "http://localhost:8787/accounts/callback/quickbooks";
    const answer = await fetch(quickbooks.authorizeUrl({ state: "s", redirectUri }), {
      method: "POST",
      body: new URLSearchParams({ decision: "allow", realmId: SAMPLE }),
      redirect: "manual",
    });
    const back = new URL(answer.headers.get("location") ?? "");
    expect([back.searchParams.get("state"), back.searchParams.get("realmId")]).toEqual(["s", SAMPLE]);
    const grant = { code: back.searchParams.get("code") ?? "", redirectUri };
    const first = await quickbooks.exchangeCode(grant);
    await expect(quickbooks.exchangeCode(grant)).rejects.toMatchObject({ kind: "invalid_grant", httpStatus: 400 });
    expect(first.refreshExpiresAt.getTime()).toBeGreaterThan(first.accessExpiresAt.getTime());

    const tokens = await quickbooks.exchangeCode({ ...grant, code: await anotherCode(redirectUri) });
    const next = await quickbooks.refresh(tokens.refreshToken);
    const company = { realmId: SAMPLE, accessToken: next.accessToken };
    expect(await quickbooks.companyInfo(company)).toMatchObject({ name: "Ridgeway Design Studio", country: "US" });
    await quickbooks.revoke(next.refreshToken);
    await expect(quickbooks.revoke(next.refreshToken)).rejects.toMatchObject({ kind: "invalid_grant" });
    await expect(quickbooks.refresh(next.refreshToken)).rejects.toMatchObject({ kind: "invalid_grant" });
    await expect(quickbooks.companyInfo(company)).rejects.toMatchObject({ kind: "unauthorized", httpStatus: 401 });
  });

  async function anotherCode(redirectUri: string): Promise<string> {
    const answer = await fetch(quickbooks.authorizeUrl({ state: "t", redirectUri }), {
      method: "POST",
      body: new URLSearchParams({ decision: "allow", realmId: SAMPLE }),
      redirect: "manual",
    });
    return new URL(answer.headers.get("location") ?? "").searchParams.get("code") ?? "";
  }

  it("understands every fault that the twin can make", async () => {
    const company = connect(SAMPLE);
    const met = async (fault: Parameters<typeof twin.control.addFault>[0]["fault"]) => {
      twin.control.addFault({ match: { realm: SAMPLE, target: "api" }, fault });
      const error: unknown = await quickbooks.count(company, "Bill").catch((reason: unknown) => reason);
      return error instanceof Error && "kind" in error ? error.kind : error;
    };
    for (const dialect of ["upper", "lower", "xml"] as const) {
      expect(await met({ kind: "fault", code: "3200", dialect })).toBe("unauthorized");
      expect(await met({ kind: "fault", code: "3001", dialect })).toBe("throttled");
      expect(await met({ kind: "fault", code: "6190", dialect, status: 200 })).toBe("company_inactive");
    }
    expect(await met({ kind: "status", status: 503, body: "<html>" })).toBe("unavailable");
    expect(await met({ kind: "drop", when: "before" })).toBe("unavailable");
    expect(await met({ kind: "drop", when: "after" })).toBe("unavailable");
    expect(await met({ kind: "cut", bytes: 20 })).toBe("unavailable");
    expect(await quickbooks.count(company, "Bill")).toBeGreaterThan(0);
  });

  it("sees changes, deletions and voids", async () => {
    const company = connect(SAMPLE);
    const since = new Date(Date.now() - 60_000);
    const firstId = (entity: string): string => {
      const id = twin.control.documents(SAMPLE, entity).rows[0]?.["Id"];
      return typeof id === "string" ? id : "";
    };
    const [invoice, purchase] = [firstId("Invoice"), firstId("Purchase")];
    twin.control.write(SAMPLE, { entity: "Purchase", operation: "delete", body: { Id: purchase } });
    twin.control.write(SAMPLE, { entity: "Invoice", operation: "void", body: { Id: invoice } });
    const { books } = await read(company);
    const { changes } = await quickbooks.cdc(company, ["Invoice", "Purchase"], since);
    const translated = changes.flatMap(({ entity, rows }) => rows.map((row) => translate(entity, row, books)));
    expect(translated.find(({ entity, externalId }) => entity === "Purchase" && externalId === purchase)).toMatchObject({ deleted: true, transaction: null });
    expect(translated.find(({ entity, externalId }) => entity === "Invoice" && externalId === invoice)).toMatchObject({
      deleted: false,
      postings: [],
      transaction: { status: "voided", amount: "0.00" },
    });
    expect(await quickbooks.read(company, "Purchase", purchase)).toBeNull();
    expect(await quickbooks.read(company, "Invoice", invoice)).toMatchObject({ Id: invoice, TotalAmt: "0" });
  });
});
