import { multiply } from "../../../core/money.ts";
import { addDays, daysBetween } from "../../../core/period.ts";
import { trimmed } from "../tools/ledger.ts";
import { duplicatesIn } from "../tools/patterns.ts";
import { state } from "../tools/tool.ts";
import { type Detector, type Finding, keyOf } from "./detector.ts";

const DAYS = 90;
/** What comes again and again in such steps is a habit, not a mistake. */
const COUNT_MOST = 3;
const GAP_MOST = 3;
const MOST = 5;

/** A payment or bill that looks entered more than once in the last ninety days: same kind, name and amount, days apart. */
export const duplicatePayment: Detector = async (ctx, company, today) => {
  const found = await duplicatesIn(ctx, { from: addDays(today, -DAYS), to: today }, company.id);
  const likely = found.filter((each) => each.count <= COUNT_MOST && daysBetween(each.first, each.last) <= GAP_MOST * (each.count - 1));
  return Promise.all(
    likely.slice(0, MOST).map(async (each): Promise<Finding> => {
      const together = trimmed(multiply(each.amount, String(each.count), 4), each.currency);
      const base = { flow: "expense" as const, names: [each.who], period: { from: each.first, to: each.last }, currency: each.currency, citations: each.ids };
      // exactly these rows, as the API lists them
      const query = new URLSearchParams({
        accountId: company.id,
        from: each.first,
        to: each.last,
        counterparty: each.who,
        kind: each.kind,
        currency: each.currency,
        minAmount: `-${each.amount}`,
        maxAmount: `-${each.amount}`,
        movedCash: "any",
      }).toString();
      return {
        key: await keyOf("duplicate", company, each.kind, each.who, each.amount, each.currency, each.first),
        kind: "duplicate",
        severity: "warning",
        magnitude: together,
        question: "Did we pay anything twice?",
        tool: "find_duplicates",
        text: "This looks entered more than once: {{f1}}. Together: {{f2}}.",
        state: (desk) => [
          state(desk, {
            ...base,
            kind: "amount",
            subject: `the same amount more than once to ${each.who}`,
            value: each.amount,
            rows: each.count,
            source: { of: "rows", ids: each.ids.slice(0, 1) },
          }),
          state(desk, {
            ...base,
            kind: "total",
            subject: `all of these to ${each.who}`,
            value: together,
            rows: each.count,
            source: { of: "transactions", query },
          }),
        ],
      };
    }),
  );
};
