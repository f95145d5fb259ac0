import type { Company } from "../company/company.ts";
import { accountFor, addAccount, type NewAccount, type Role } from "../company/roles.ts";

/** Accounts by a short name, so that templates need not know ids. */
export type Chart = { id(key: string): string; add(key: string, account: NewAccount): string };

const ROLES: readonly Role[] = ["ar", "ap", "undeposited", "tax", "unappliedIncome", "unappliedExpense", "retained", "opening", "discounts"];

const COMMON: Readonly<Record<string, NewAccount>> = {
  checking: { name: "Checking", type: "Bank", sub: "Checking", number: "1010" },
  savings: { name: "Savings", type: "Bank", sub: "Savings", number: "1020" },
  card: { name: "Visa", type: "Credit Card", sub: "CreditCard", number: "2100" },
  equipment: { name: "Studio Equipment", type: "Fixed Asset", sub: "MachineryAndEquipment", number: "1500" },
  depreciation: { name: "Accumulated Depreciation", type: "Fixed Asset", sub: "AccumulatedDepreciation", number: "1590" },
  prepaid: { name: "Prepaid Expenses", type: "Other Current Asset", sub: "PrepaidExpenses", number: "1300" },
  payroll: { name: "Payroll Liabilities", type: "Other Current Liability", sub: "PayrollTaxPayable", number: "2300" },
  loan: { name: "Notes Payable", type: "Long Term Liability", sub: "NotesPayable", number: "2700" },
  capital: { name: "Owner's Equity", type: "Equity", sub: "OwnersEquity", number: "3000" },
  drawings: { name: "Owner's Draw", type: "Equity", sub: "PersonalExpense", number: "3100" },
  services: { name: "Design Income", type: "Income", sub: "ServiceFeeIncome", number: "4000" },
  consulting: { name: "Consulting Income", type: "Income", sub: "ServiceFeeIncome", number: "4100" },
  sales: { name: "Sales of Product Income", type: "Income", sub: "SalesOfProductIncome", number: "4200" },
  interest: { name: "Interest Earned", type: "Other Income", sub: "InterestEarned", number: "7000" },
  materials: { name: "Job Materials", type: "Cost of Goods Sold", sub: "SuppliesMaterialsCogs", number: "5000" },
  contractors: { name: "Subcontractors", type: "Cost of Goods Sold", sub: "CostOfLaborCos", number: "5100" },
  advertising: { name: "Advertising", type: "Expense", sub: "AdvertisingPromotional", number: "6000" },
  bank: { name: "Bank Charges", type: "Expense", sub: "BankCharges", number: "6050" },
  depreciating: { name: "Depreciation", type: "Other Expense", sub: "Depreciation", number: "8000" },
  insurance: { name: "Insurance", type: "Expense", sub: "Insurance", number: "6100" },
  interestPaid: { name: "Interest Paid", type: "Expense", sub: "InterestPaid", number: "6150" },
  legal: { name: "Legal & Professional Fees", type: "Expense", sub: "LegalProfessionalFees", number: "6200" },
  meals: { name: "Meals and Entertainment", type: "Expense", sub: "EntertainmentMeals", number: "6250" },
  office: { name: "Office Expenses", type: "Expense", sub: "OfficeGeneralAdministrativeExpenses", number: "6300" },
  wages: { name: "Payroll Expenses", type: "Expense", sub: "PayrollExpenses", number: "6350" },
  rent: { name: "Rent or Lease", type: "Expense", sub: "RentOrLeaseOfBuildings", number: "6400" },
  software: { name: "Software Subscriptions", type: "Expense", sub: "OfficeGeneralAdministrativeExpenses", number: "6450" },
  travel: { name: "Travel", type: "Expense", sub: "Travel", number: "6500" },
  utilities: { name: "Utilities", type: "Expense", sub: "Utilities", number: "6550" },
  uncategorized: { name: "Uncategorized Expense", type: "Expense", sub: "OtherMiscellaneousServiceCost", number: "6990" },
};

/** The accounts every company starts with. */
export function openChart(company: Company): Chart {
  const ids = new Map<string, string>();
  const chart: Chart = {
    id(key) {
      const found = ids.get(key);
      if (found === undefined) throw new RangeError(`no account ${key}`);
      return found;
    },
    add(key, account) {
      const { id } = addAccount(company, account);
      ids.set(key, id);
      return id;
    },
  };
  for (const role of ROLES) ids.set(role, accountFor(company, role));
  if (company.profile.multiCurrency) for (const role of ["exchange", "unrealized"] as const) ids.set(role, accountFor(company, role));
  for (const [key, account] of Object.entries(COMMON)) chart.add(key, account);
  const under = (parent: string, key: string, name: string, number: string) => {
    const row = company.get("Account", chart.id(parent));
    chart.add(key, {
      name,
      type: row?.body.AccountType ?? "Expense",
      sub: row?.body.AccountSubType ?? "",
      number,
      parent: { value: chart.id(parent), name: row?.body.FullyQualifiedName },
    });
  };
  under("utilities", "gas", "Gas and Electric", "6551");
  under("utilities", "telephone", "Telephone", "6552");
  under("legal", "accounting", "Accounting", "6201");
  under("materials", "decks", "Fittings", "5001");
  return chart;
}
