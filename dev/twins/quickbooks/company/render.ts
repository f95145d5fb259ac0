import { amountOf, cents, type Cents } from "../cents.ts";
import { isObject, type Json } from "../json.ts";
import { balanceOf } from "../ledger/balances.ts";
import { pacific } from "../pacific.ts";
import type { Company } from "./company.ts";
import type { EntityKind } from "./entities.ts";
import type { Row, Tombstone } from "./table.ts";
import { currencyRef } from "./roles.ts";

/** An object as the API sends it. */
export function render(company: Company, kind: EntityKind, row: Row): { [key: string]: Json } {
  return {
    ...plain(row.body),
    ...derived(company, kind, row),
    domain: "QBO",
    sparse: false,
    Id: row.id,
    SyncToken: String(row.sync),
    MetaData: { CreateTime: pacific(row.created), LastUpdatedTime: pacific(row.updated) },
  };
}

/** Only the fields a `select` names, and the id. */
export function project(full: { [key: string]: Json }, fields: readonly string[]): { [key: string]: Json } {
  const wanted = new Set(fields.map((field) => (field.split(".")[0] ?? "").toLowerCase()));
  const picked = Object.entries(full).filter(([key]) => wanted.has(key.toLowerCase()));
  return { ...Object.fromEntries(picked), domain: "QBO", sparse: true, Id: full["Id"] ?? "" };
}

export function renderTombstone(gone: Tombstone): { [key: string]: Json } {
  return { domain: "QBO", status: "Deleted", Id: gone.id, MetaData: { LastUpdatedTime: pacific(gone.updated) } };
}

/** Bodies came out of JSON or were written here as JSON; undefined fields are dropped. */
function plain(value: Record<string, unknown>): { [key: string]: Json } {
  const out: { [key: string]: Json } = {};
  for (const [key, inner] of Object.entries(value)) if (inner !== undefined) out[key] = toJson(inner);
  return out;
}

function toJson(value: unknown): Json {
  if (Array.isArray(value)) return value.map(toJson);
  if (isObject(value)) return plain(value);
  if (value === null || typeof value === "boolean" || typeof value === "string" || typeof value === "number") return value;
  return null;
}

function derived(company: Company, kind: EntityKind, row: Row): { [key: string]: Json } {
  if (kind.name === "Account") return accountBalances(company, row);
  if (kind.name === "Customer") return { Balance: amountOf(open(company, "Customer").get(row.id) ?? 0) };
  if (kind.name === "Vendor") return { Balance: amountOf(open(company, "Vendor").get(row.id) ?? 0) };
  return {};
}

function accountBalances(company: Company, row: Row): { [key: string]: Json } {
  const { Classification } = row.body;
  if (Classification === "Revenue" || Classification === "Expense") return { CurrentBalance: 0, CurrentBalanceWithSubAccounts: 0 };
  const sign = Classification === "Asset" ? 1 : -1;
  const own = sign * balanceOf(company, row.id);
  let all = own;
  for (const one of company.table("Account").glimpses()) if (one.row().body.ParentRef?.value === row.id) all += sign * balanceOf(company, one.id);
  return { CurrentBalance: amountOf(own), CurrentBalanceWithSubAccounts: amountOf(all) };
}

const cache = new WeakMap<Company, Map<string, { version: number; sums: Map<string, Cents> }>>();

/** What each person owes or is owed, kept until the books change. */
function open(company: Company, who: "Customer" | "Vendor"): Map<string, Cents> {
  const kept = cache.get(company) ?? new Map<string, { version: number; sums: Map<string, Cents> }>();
  cache.set(company, kept);
  const hit = kept.get(who);
  if (hit?.version === company.version) return hit.sums;
  const sums = new Map<string, Cents>();
  const parts: readonly [string, "Balance" | "UnappliedAmt", number][] =
    who === "Customer"
      ? [
          ["Invoice", "Balance", 1],
          ["CreditMemo", "Balance", -1],
          ["Payment", "UnappliedAmt", -1],
        ]
      : [
          ["Bill", "Balance", 1],
          ["VendorCredit", "Balance", -1],
        ];
  for (const [entity, field, sign] of parts) {
    for (const one of company.table(entity).glimpses()) {
      const { body } = one.row();
      const id = (who === "Customer" ? body.CustomerRef : body.VendorRef)?.value;
      if (id !== undefined) sums.set(id, (sums.get(id) ?? 0) + sign * cents(body[field]));
    }
  }
  kept.set(who, { version: company.version, sums });
  return sums;
}

export function renderCompanyInfo(company: Company): { [key: string]: Json } {
  const { name, country, fiscalStart } = company.profile;
  const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
  return {
    CompanyName: name,
    LegalName: name,
    CompanyAddr: { Id: "1", Country: country === "US" ? "USA" : country === "GB" ? "GBR" : country },
    Country: country,
    FiscalYearStartMonth: months[fiscalStart - 1] ?? "January",
    CompanyStartDate: pacific(company.created).slice(0, 10),
    SupportedLanguages: "en",
    DefaultTimeZone: country === "GB" ? "Europe/London" : "America/Los_Angeles",
    NameValue: [
      { Name: "NeoEnabled", Value: "true" },
      { Name: "IndustryType", Value: "Professional services" },
      { Name: "SubscriptionStatus", Value: company.profile.lapsed ? "EXPIRED" : "PAID" },
      { Name: "OfferingSku", Value: "QuickBooks Online Plus" },
    ],
    ...stamped(company),
  };
}

export function renderPreferences(company: Company): { [key: string]: Json } {
  const { home, multiCurrency, reportBasis, bookClose, fiscalStart } = company.profile;
  return {
    AccountingInfoPrefs: {
      FirstMonthOfFiscalYear: String(fiscalStart),
      UseAccountNumbers: true,
      ClassTrackingPerTxnLine: true,
      TrackDepartments: false,
      CustomerTerminology: "Customers",
      ...(bookClose === null ? {} : { BookCloseDate: bookClose }),
    },
    CurrencyPrefs: { MultiCurrencyEnabled: multiCurrency, HomeCurrency: { value: home, name: currencyRef(home).name ?? home } },
    ReportPrefs: { ReportBasis: reportBasis, CalcAgingReportFromTxnDate: false },
    ProductAndServicesPrefs: { ForSales: true, ForPurchase: true, QuantityOnHand: true, QuantityWithPriceAndRate: true },
    SalesFormsPrefs: { AllowDeposit: true, AllowDiscount: true, AllowEstimates: true },
    VendorAndPurchasesPrefs: { BillableExpenseTracking: true, TrackingByCustomer: true },
    TaxPrefs: { UsingSalesTax: company.table("TaxRate").size() > 0, PartnerTaxEnabled: false },
    OtherPrefs: { NameValue: [{ Name: "ApiMinorVersion", Value: "75" }] },
    ...stamped(company),
  };
}

function stamped(company: Company): { [key: string]: Json } {
  return {
    domain: "QBO",
    sparse: false,
    Id: "1",
    SyncToken: String(company.profileSync),
    MetaData: { CreateTime: pacific(company.created), LastUpdatedTime: pacific(company.profileUpdated) },
  };
}
