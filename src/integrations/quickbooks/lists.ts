/** Accounts, items and names, as far as they are read. Rows in the exact form of `parseExact`. */
import { z } from "zod";
import type { Item, LedgerAccount } from "./translate/books.ts";

const Ref = z.object({ value: z.string().min(1), name: z.string().nullish() });
const Text = z.string().nullish();
const Row = z.object({ Id: z.string().min(1), SyncToken: Text, Active: z.boolean().nullish(), MetaData: z.object({ LastUpdatedTime: z.string() }).nullish() });

/** Parts that every list row has. `active` is true where QuickBooks does not say. */
export type Listed = { id: string; version: string | null; active: boolean };
export type Name = Listed & { name: string; currency: string | null; parentId: string | null };
export type Class = Listed & { name: string; fullyQualifiedName: string; parentId: string | null };

const AccountRow = Row.extend({
  Name: z.string(),
  FullyQualifiedName: Text,
  AccountType: z.string(),
  AccountSubType: Text,
  Classification: Text,
  CurrencyRef: Ref.nullish(),
});

/** What each type of account belongs to, where a row does not say it itself. */
const CLASSIFICATIONS: Readonly<Record<string, string>> = {
  Bank: "Asset",
  "Accounts Receivable": "Asset",
  "Other Current Asset": "Asset",
  "Fixed Asset": "Asset",
  "Other Asset": "Asset",
  "Accounts Payable": "Liability",
  "Credit Card": "Liability",
  "Other Current Liability": "Liability",
  "Long Term Liability": "Liability",
  Equity: "Equity",
  Income: "Revenue",
  "Other Income": "Revenue",
  Expense: "Expense",
  "Other Expense": "Expense",
  "Cost of Goods Sold": "Expense",
};

/** An account; without a currency of its own it is kept in `homeCurrency`. Throws a ZodError for anything else. */
export function parseAccount(row: unknown, homeCurrency: string): LedgerAccount & Listed {
  const account = AccountRow.parse(row);
  return {
    ...listed(account),
    name: account.Name,
    fullyQualifiedName: account.FullyQualifiedName ?? account.Name,
    accountType: account.AccountType,
    accountSubType: account.AccountSubType ?? "",
    classification: account.Classification ?? CLASSIFICATIONS[account.AccountType] ?? "",
    currency: account.CurrencyRef?.value ?? homeCurrency,
  };
}

const ItemRow = Row.extend({
  Name: z.string(),
  Type: Text,
  ParentRef: Ref.nullish(),
  IncomeAccountRef: Ref.nullish(),
  ExpenseAccountRef: Ref.nullish(),
  AssetAccountRef: Ref.nullish(),
});

export function parseItem(row: unknown): Item & Listed {
  const item = ItemRow.parse(row);
  return {
    ...listed(item),
    name: item.Name,
    type: item.Type ?? "",
    parentId: item.ParentRef?.value ?? null,
    incomeAccountId: item.IncomeAccountRef?.value ?? null,
    expenseAccountId: item.ExpenseAccountRef?.value ?? null,
    assetAccountId: item.AssetAccountRef?.value ?? null,
  };
}

const NameRow = Row.extend({ DisplayName: Text, FullyQualifiedName: Text, ParentRef: Ref.nullish(), CurrencyRef: Ref.nullish() });

/** A customer or a vendor. */
export function parseName(row: unknown): Name {
  const name = NameRow.parse(row);
  return {
    ...listed(name),
    name: name.DisplayName ?? name.FullyQualifiedName ?? "",
    currency: name.CurrencyRef?.value ?? null,
    parentId: name.ParentRef?.value ?? null,
  };
}

const ClassRow = Row.extend({ Name: z.string(), FullyQualifiedName: Text, ParentRef: Ref.nullish() });

export function parseClass(row: unknown): Class {
  const parsed = ClassRow.parse(row);
  return { ...listed(parsed), name: parsed.Name, fullyQualifiedName: parsed.FullyQualifiedName ?? parsed.Name, parentId: parsed.ParentRef?.value ?? null };
}

function listed(row: z.infer<typeof Row>): Listed {
  return { id: row.Id, version: row.SyncToken ?? null, active: row.Active ?? true };
}

const Month = z.string().nullish();
const CompanyInfoRow = z.object({ CompanyName: z.string(), LegalName: Text, Country: Text, FiscalYearStartMonth: Month, CompanyStartDate: Text });

/** `fiscalYearStartMonth` is an English month name, `startDate` when the company began with QuickBooks. */
export type CompanyInfo = { name: string; legalName: string | null; country: string | null; fiscalYearStartMonth: string | null; startDate: string | null };

export function parseCompanyInfo(row: unknown): CompanyInfo {
  const info = CompanyInfoRow.parse(row);
  return {
    name: info.CompanyName,
    legalName: info.LegalName ?? null,
    country: info.Country ?? null,
    fiscalYearStartMonth: info.FiscalYearStartMonth ?? null,
    startDate: info.CompanyStartDate?.slice(0, 10) ?? null,
  };
}

const PreferencesRow = z.object({
  CurrencyPrefs: z.object({ HomeCurrency: Ref.nullish(), MultiCurrencyEnabled: z.boolean().nullish() }).nullish(),
  ReportPrefs: z.object({ ReportBasis: Text }).nullish(),
  AccountingInfoPrefs: z.object({ BookCloseDate: Text }).nullish(),
});

/** `homeCurrency` is null where QuickBooks does not say; nothing is guessed from the country. */
export type Preferences = { homeCurrency: string | null; multiCurrency: boolean; reportBasis: "Accrual" | "Cash"; bookCloseDate: string | null };

export function parsePreferences(row: unknown): Preferences {
  const preferences = PreferencesRow.parse(row);
  return {
    homeCurrency: preferences.CurrencyPrefs?.HomeCurrency?.value ?? null,
    multiCurrency: preferences.CurrencyPrefs?.MultiCurrencyEnabled ?? false,
    reportBasis: preferences.ReportPrefs?.ReportBasis === "Cash" ? "Cash" : "Accrual",
    bookCloseDate: preferences.AccountingInfoPrefs?.BookCloseDate ?? null,
  };
}
