import { add, compare, multiply, negate } from "../../../core/money.ts";
import { recurringBefore } from "../tools/patterns.ts";
import { percentOf } from "../tools/sums.ts";
import { state } from "../tools/tool.ts";
import { type Detector, type Finding, keyOf } from "./detector.ts";

/** Less is the noise of taxes and exchange rates. */
const RISE_LEAST = "1.05";
const MOST = 5;

/** A payment that recurs every month and was at least a twentieth higher the last time. */
export const subscriptionRise: Detector = async (ctx, company, today) => {
  const found = await recurringBefore(ctx, today, company.id);
  const risen = found.flatMap((each) =>
    each.before !== null && compare(each.amount, multiply(each.before, RISE_LEAST, 4)) >= 0 ? [{ ...each, before: each.before }] : [],
  );
  return Promise.all(
    risen.slice(0, MOST).map(async (each): Promise<Finding> => {
      const base = { flow: "expense" as const, names: [each.who], currency: each.currency };
      const period = { from: each.last, to: each.last };
      const percent = percentOf(add(each.amount, negate(each.before)), each.before) ?? "0.0";
      return {
        key: await keyOf("subscription", company, each.who, each.currency),
        kind: "recurring",
        severity: "notice",
        magnitude: each.amount,
        question: "Which recurring payments changed?",
        tool: "recurring_payments",
        text: "A recurring payment is higher than before: {{f1}}. Before: {{f2}}. The difference: {{f3}}.",
        state: (desk) => [
          state(desk, {
            ...base,
            kind: "amount",
            subject: `latest monthly payment to ${each.who}`,
            period,
            value: each.amount,
            citations: each.latest,
            rows: each.latest.length,
            source: { of: "rows", ids: each.latest },
          }),
          state(desk, {
            ...base,
            kind: "amount",
            subject: `payment to ${each.who} in the month before`,
            period: null,
            value: each.before,
            citations: each.earlier,
            rows: each.earlier.length,
            source: { of: "rows", ids: each.earlier },
          }),
          state(desk, {
            ...base,
            currency: null,
            kind: "change_percent",
            subject: `relative change of the payment to ${each.who}`,
            period,
            value: percent,
            source: { of: "rows", ids: [...each.latest, ...each.earlier] },
          }),
        ],
      };
    }),
  );
};
