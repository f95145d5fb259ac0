import { z } from "zod";
import { money, times } from "../cents.ts";
import type { Company } from "../company/company.ts";
import { rateOn } from "../company/complete.ts";
import { accountFor } from "../company/roles.ts";
import { cents } from "../cents.ts";
import { addDays } from "../pacific.ts";

export const RevalueOptions = z.strictObject({ date: z.iso.date(), rates: z.record(z.string().length(3), z.number().positive()).optional() });

/** Values open foreign receivables and payables at a day's rate; the difference is taken back the day after. */
export function revalue(company: Company, { date, rates }: z.output<typeof RevalueOptions>) {
  const postings = [...openForeign(company, date)].flatMap(([key, { amount, home }]) => {
    const [account = "", code = ""] = key.split(":");
    const change = times(amount, rates?.[code] ?? rateOn(company, code, date)) - home;
    return change === 0 ? [] : [{ account, amount: change }];
  });
  const total = postings.reduce((sum, { amount }) => sum + amount, 0);
  if (postings.length === 0) return { date, unrealized: money(0), accounts: 0 };
  const whole = [...postings, { account: accountFor(company, "unrealized"), amount: -total }];
  company.addHidden({ date, type: "Currency Revaluation", memo: "Home currency adjustment", postings: whole });
  company.addHidden({
    date: addDays(date, 1),
    type: "Currency Revaluation",
    memo: "Reversal of home currency adjustment",
    postings: whole.map((one) => ({ account: one.account, amount: -one.amount })),
  });
  return { date, unrealized: money(total), accounts: postings.length };
}

/** What is open in each foreign receivable and payable, in its currency and as it stands in the books. */
function openForeign(company: Company, date: string): Map<string, { amount: number; home: number }> {
  const open = new Map<string, { amount: number; home: number }>();
  for (const [entity, role, sign] of [
    ["Invoice", "ar", 1],
    ["Bill", "ap", -1],
  ] as const) {
    for (const one of company.table(entity).glimpses()) {
      const { body } = one.row();
      const code = body.CurrencyRef?.value ?? company.profile.home;
      if (code === company.profile.home || (one.date ?? "") > date) continue;
      const key = `${accountFor(company, role, code)}:${code}`;
      const before = open.get(key) ?? { amount: 0, home: 0 };
      const amount = sign * cents(body.Balance);
      open.set(key, { amount: before.amount + amount, home: before.home + times(amount, body.ExchangeRate ?? 1) });
    }
  }
  return open;
}
