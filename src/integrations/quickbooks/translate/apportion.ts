/** Splitting and converting money so that the parts add up to the whole. Amounts are bigints at scale 4 (`core/money`). */
import { type Decimal, SCALE, toUnits } from "../../../core/money.ts";

/** An exchange rate: home units for one foreign unit, exact. */
export type Rate = { readonly units: bigint; readonly divisor: bigint };

export const PAR: Rate = { units: 1n, divisor: 1n };

/** Reads a decimal rate of up to 20 fraction digits. */
export function rateOf(text: Decimal): Rate {
  const scale = text.includes(".") ? text.length - text.indexOf(".") - 1 : 0;
  return { units: toUnits(text, scale), divisor: 10n ** BigInt(scale) };
}

/** `amount` at `rate`, rounded half away from zero to `digits` fraction digits. */
export function convert(amount: bigint, rate: Rate, digits: number): bigint {
  const quantum = quantumOf(digits);
  return divideRounding(amount * rate.units, rate.divisor * quantum) * quantum;
}

/**
 * Each amount at `rate`, rounded to `digits`, adding up to exactly `target`: what independent rounding leaves over
 * goes, one smallest unit each, to the amounts that rounding treated worst. Null when more than one unit each would be
 * needed, because then it is not rounding that makes the difference.
 */
export function convertAll(amounts: readonly bigint[], rate: Rate, digits: number, target: bigint): bigint[] | null {
  const quantum = quantumOf(digits);
  const divisor = rate.divisor * quantum;
  const rounded = amounts.map((amount) => divideRounding(amount * rate.units, divisor));
  const errors = amounts.map((amount, i) => amount * rate.units - (rounded[i] ?? 0n) * divisor);
  const total = rounded.reduce((sum, value) => sum + value, 0n) * quantum;
  return spread(rounded, errors, target - total, quantum);
}

/** Splits `total` in proportion to `weights`, by largest remainder, to the cent where the total is one of cents. */
export function apportion(total: bigint, weights: readonly bigint[]): bigint[] | null {
  const whole = weights.reduce((sum, weight) => sum + weight, 0n);
  if (whole === 0n) return total === 0n ? weights.map(() => 0n) : null;
  const rate = whole < 0n ? { units: -total, divisor: -whole } : { units: total, divisor: whole };
  return convertAll(weights, rate, total % quantumOf(2) === 0n ? 2 : SCALE, total);
}

function spread(rounded: readonly bigint[], errors: readonly bigint[], missing: bigint, quantum: bigint): bigint[] | null {
  const step = missing < 0n ? -1n : 1n;
  const count = (missing * step) / quantum;
  if (missing % quantum !== 0n || count > BigInt(rounded.length)) return null;
  const worst = errors
    .map((error, index) => ({ error: error * step, index }))
    .sort((a, b) => (a.error === b.error ? a.index - b.index : a.error > b.error ? -1 : 1))
    .slice(0, Number(count));
  const raised = new Set(worst.map(({ index }) => index));
  return rounded.map((value, index) => (raised.has(index) ? value + step : value) * quantum);
}

/** The smallest unit of so many fraction digits. */
export function quantumOf(digits: number): bigint {
  return 10n ** BigInt(SCALE - digits);
}

/** Half away from zero; `divisor` is positive. */
function divideRounding(dividend: bigint, divisor: bigint): bigint {
  const magnitude = dividend < 0n ? -dividend : dividend;
  const rounded = (magnitude + divisor / 2n) / divisor;
  return dividend < 0n ? -rounded : rounded;
}
