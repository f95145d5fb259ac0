import { z } from "zod";
import { Company } from "../company/company.ts";
import { openChart } from "./chart.ts";

export const GeneratedOptions = z.object({ seed: z.union([z.string(), z.number()]), size: z.number().int().min(0).max(50_000).default(200) });

export function buildGenerated(realm: string, anchor: number, from: z.infer<typeof GeneratedOptions>, clock: () => number): Company {
  const company = new Company(realm, { name: `Generated Company ${from.seed}`, country: "US", home: "USD", fiscalStart: 1, multiCurrency: false, reportBasis: "Accrual", bookClose: null, lapsed: false, rates: {} }, clock, anchor);
  company.during(anchor, () => openChart(company));
  return company;
}
