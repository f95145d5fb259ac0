import type { Chart } from "./chart.ts";
import type { Books } from "./books.ts";

export type Cast = {
  readonly customers: Record<string, string>;
  readonly vendors: Record<string, string>;
  readonly items: Record<string, string>;
  readonly classes: Record<string, string>;
  readonly net30: string;
  readonly check: string;
};

const CUSTOMERS = [
  "Amberley Bakery",
  "Bluebell Nursery School",
  "Cobblestone Books",
  "Dunmore & Pike LLP",
  "Evergreen Dental",
  "Foxglove Florists",
  "Granary Row Apartments",
  "Harlow Bicycle Works",
];
const VENDORS = [
  "Ridge Property Holdings",
  "Pacific Gas & Light",
  "Copperline Telecom",
  "Norton Timber & Fittings",
  "Inkwell Print Co",
  "Maple Street Insurance",
  "Penfold Accountants",
  "Skyline Travel",
  "Studio Supply Depot",
  "Cafe Meridian",
  "Juniper Freelance Drafting",
];

/** People, products and classes of the sample company, by their first word. */
export function sampleLists(books: Books, chart: Chart): Cast {
  const { company } = books;
  const put = (entity: string, body: object) => company.insert(entity, { Active: true, ...body }).id;
  const [, , net30 = ""] = (
    [
      ["Due on receipt", 0],
      ["Net 15", 15],
      ["Net 30", 30],
    ] as const
  ).map(([Name, DueDays]) => put("Term", { Name, Type: "STANDARD", DueDays }));
  const [, check = ""] = ["Cash", "Check", "Visa", "MasterCard"].map((Name) =>
    put("PaymentMethod", { Name, Type: Name === "Visa" || Name === "MasterCard" ? "CREDIT_CARD" : "NON_CREDIT_CARD" }),
  );
  const agency = put("TaxAgency", { DisplayName: "California Department of Tax" });
  const rate = put("TaxRate", { Name: "California", RateValue: 8, AgencyRef: { value: agency } });
  put("TaxCode", {
    Name: "California",
    Taxable: true,
    TaxGroup: true,
    SalesTaxRateList: { TaxRateDetail: [{ TaxRateRef: { value: rate, name: "California" }, TaxTypeApplicable: "TaxOnAmount" }] },
  });
  put("Department", { Name: "Main Street", FullyQualifiedName: "Main Street" });
  books.employee("Robin Ridgeway");
  const classes = byWord(["Residential", "Commercial"], (Name) => put("Class", { Name, FullyQualifiedName: Name, SubClass: false }));
  const customers = byWord(CUSTOMERS, (name) =>
    books.customer(name, { PrimaryEmailAddr: { Address: `${name.split(" ")[0]?.toLowerCase() ?? "office"}@example.com` } }),
  );
  const vendors = byWord(VENDORS, (name) => books.vendor(name));
  const sells = (income: string) => ({ IncomeAccountRef: books.ref(income) });
  const items = {
    design: books.item("Design", "Service", { ...sells("services"), UnitPrice: 95 }),
    consulting: books.item("Consulting", "Service", { ...sells("consulting"), UnitPrice: 140 }),
    drawings: books.item("Drawing Set", "NonInventory", { ...sells("sales"), ExpenseAccountRef: { value: chart.id("materials") }, UnitPrice: 260 }),
    fittings: books.item("Fittings", "NonInventory", { ...sells("sales"), ExpenseAccountRef: { value: chart.id("decks") }, UnitPrice: 48.5 }),
    samples: books.item("Sample Board", "NonInventory", { ...sells("sales"), UnitPrice: 32.75 }),
    bundle: books.item("Starter Bundle", "Group", {}),
  };
  return { customers, vendors, items, classes, net30, check };
}

function byWord(names: readonly string[], make: (name: string) => string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [(name.split(" ")[0] ?? name).toLowerCase(), make(name)]));
}
