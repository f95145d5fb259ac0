import type { Random } from "../random.ts";
import { currencyRef } from "../company/roles.ts";
import type { Books } from "./books.ts";
import type { Chart } from "./chart.ts";
import type { GeneratedOptions } from "./generated.ts";

export type Person = { readonly id: string; readonly currency: string };
export type Lists = {
  readonly customers: readonly Person[];
  readonly vendors: readonly Person[];
  readonly services: readonly string[];
  readonly stock: readonly string[];
  readonly classes: readonly string[];
  readonly bundle: string;
  readonly taxRate: string;
  /** Foreign currencies in use, and a bank account in the first of them. */
  readonly foreign: readonly string[];
};

const FIRST = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gorse", "Hazel", "Ivy", "Juniper", "Kelp", "Larch", "Maple", "Nettle", "Oak", "Pine"];
const LAST = ["Works", "Partners", "Trading", "& Sons", "Studio", "Foods", "Logistics", "Clinic", "Motors", "Supplies"];

export function generatedLists(books: Books, chart: Chart, random: Random, options: GeneratedOptions, first: string): Lists {
  const { company } = books;
  const foreign = options.multiCurrency ? Object.keys(company.profile.rates).slice(0, 2) : [];
  const put = (entity: string, body: object) => company.insert(entity, { Active: true, ...body }).id;
  for (const code of foreign) put("CompanyCurrency", { Code: code, Name: currencyRef(code).name });
  if (foreign[0] !== undefined) chart.add("foreignBank", { name: `${foreign[0]} Account`, type: "Bank", sub: "Checking", currency: foreign[0] });
  const agency = put("TaxAgency", { DisplayName: "State" });
  const taxRate = put("TaxRate", { Name: "Standard", RateValue: 7.25, AgencyRef: { value: agency } });
  const names = random.shuffle(FIRST.flatMap((one) => LAST.map((two) => `${one} ${two}`)));
  const people = Math.min(60, 6 + Math.floor(options.size / 25));
  const currencyOf = (index: number) => (foreign.length > 0 && index % 4 === 3 ? random.pick(foreign) : options.home);
  const person =
    (make: (name: string, currency: string) => string) =>
    (_: unknown, index: number): Person => {
      const currency = currencyOf(index);
      return { id: make(names.pop() ?? `Person ${index}`, currency), currency };
    };
  const customers = Array.from(
    { length: people },
    person((name, code) => books.customer(name, { CurrencyRef: currencyRef(code) })),
  );
  const vendors = Array.from(
    { length: people },
    person((name, code) => books.vendor(name, { CurrencyRef: currencyRef(code) })),
  );
  return {
    customers,
    vendors,
    foreign,
    taxRate,
    ...products(books, random, options, first),
    classes: ["North", "South"].map((Name) => put("Class", { Name, FullyQualifiedName: Name, SubClass: false })),
  };
}

function products(books: Books, random: Random, options: GeneratedOptions, first: string): Pick<Lists, "services" | "stock" | "bundle"> {
  const income = (key: string) => ({ IncomeAccountRef: books.ref(key) });
  const services = ["Advice", "Repair", "Design", "Training"].map((name, index) =>
    books.item(name, "Service", { ...income(index % 2 ? "consulting" : "services"), UnitPrice: random.int(4000, 15_000) / 100 }),
  );
  const bundle = books.item("Bundle", "Group", {});
  if (!options.inventory) return { services, stock: [], bundle };
  const { company } = books;
  const accounts = {
    asset: controlled(books, "Inventory Asset", "Other Current Asset", "Inventory"),
    cost: controlled(books, "Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
  };
  const stock = ["Widget", "Gadget", "Bracket"].map((name) =>
    books.item(name, "Inventory", {
      ...income("sales"),
      AssetAccountRef: { value: accounts.asset },
      ExpenseAccountRef: { value: accounts.cost },
      TrackQtyOnHand: true,
      InvStartDate: first,
      QtyOnHand: random.int(0, 60),
      PurchaseCost: random.int(200, 4000) / 100,
      UnitPrice: random.int(5000, 9000) / 100,
    }),
  );
  return { services, stock, bundle: company.get("Item", bundle)?.id ?? bundle };
}

function controlled(books: Books, name: string, type: string, sub: string): string {
  return books.company.insert("Account", {
    Name: name,
    FullyQualifiedName: name,
    SubAccount: false,
    Active: true,
    Classification: type === "Cost of Goods Sold" ? "Expense" : "Asset",
    AccountType: type,
    AccountSubType: sub,
    CurrencyRef: currencyRef(books.company.profile.home),
  }).id;
}
