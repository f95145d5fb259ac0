/** How much of a foreign document was settled before each document that settles it: what makes the last one leave nothing. */
import { type Decimal, fromUnits, isDecimal, SCALE, toUnits } from "../../../core/money.ts";
import { entityOfLink } from "./document.ts";

/** A payment or bill payment as it came, as far as order and amounts need it. */
export type Settlement = {
  entity: string;
  id: string;
  date: string;
  made: string;
  lines: readonly { Amount?: unknown; LinkedTxn?: readonly { TxnId?: unknown; TxnType?: unknown }[] | null }[];
};

/**
 * By `Invoice:70<Payment:163`. Settlements count in the order of their dates, then of when they were entered. `earlier` is
 * what was settled of a document by settlements that are not among these: they lie before the window.
 */
export function settledBefore(settlements: readonly Settlement[], earlier: (target: string, among: Decimal) => Decimal): Map<string, Decimal> {
  const applied = [...settlements]
    .sort(inOrder)
    .flatMap((one) => applications(one).map(({ target, units }) => ({ target, units, key: `${target}<${one.entity}:${one.id}` })));
  const totals = new Map<string, bigint>();
  for (const { target, units } of applied) totals.set(target, (totals.get(target) ?? 0n) + units);
  const reached = new Map([...totals].map(([target, units]) => [target, toUnits(earlier(target, fromUnits(units, SCALE)))]));
  const before = new Map<string, Decimal>();
  for (const { target, units, key } of applied) {
    const at = reached.get(target) ?? 0n;
    if (!before.has(key)) before.set(key, fromUnits(at, SCALE));
    reached.set(target, at + units);
  }
  return before;
}

function inOrder(a: Settlement, b: Settlement): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1;
  return Date.parse(a.made) - Date.parse(b.made) || a.id.length - b.id.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Each part of a journal entry goes by itself: QuickBooks keeps no balance of one. */
function applications(settlement: Settlement): { target: string; units: bigint }[] {
  return settlement.lines.flatMap(({ Amount, LinkedTxn }) => {
    const link = LinkedTxn?.[0];
    if (typeof Amount !== "string" || !isDecimal(Amount) || typeof link?.TxnId !== "string" || typeof link.TxnType !== "string") return [];
    const entity = entityOfLink(link.TxnType);
    return entity === "JournalEntry" ? [] : [{ target: `${entity}:${link.TxnId}`, units: toUnits(Amount) }];
  });
}
