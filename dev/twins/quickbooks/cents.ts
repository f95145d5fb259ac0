import { fromUnits, multiply, toUnits } from "../../../src/core/money.ts";

/** An amount in hundredths, as a safe integer. QuickBooks keeps two fraction digits in every currency. */
export type Cents = number;

/** `103.55` -> `10355`. QuickBooks rounds what has more digits, and so does this, half away from zero. */
export function cents(amount: number | undefined): Cents {
  if (amount === undefined) return 0;
  const near = Math.round(amount * 100);
  if (near / 100 === amount) return near;
  return Number(toUnits(multiply(plain(amount), "1", 2), 2));
}

/** `10355` -> `103.55`: the double nearest to the decimal, which JSON prints as that decimal. */
export function amountOf(value: Cents): number {
  return value === 0 ? 0 : value / 100;
}

/** As reports write it: always two digits. */
export function money(value: Cents): string {
  return fromUnits(BigInt(value), 2, 2);
}

/** `value` times `rate`, rounded half away from zero to a hundredth. */
export function times(value: Cents, rate: number): Cents {
  if (rate === 1 || value === 0) return value;
  return Number(toUnits(multiply(money(value), plain(rate), 2), 2));
}

/** Price times quantity, rounded half away from zero to a hundredth. */
export function product(price: number, quantity: number): Cents {
  return Number(toUnits(multiply(plain(price), plain(quantity), 2), 2));
}

/** `value * part / whole`, rounded half away from zero, exactly. */
export function share(value: Cents, part: Cents, whole: Cents): Cents {
  if (whole === 0) return 0;
  const [product, divisor] = [BigInt(value) * BigInt(part), BigInt(whole)];
  const negative = product < 0n !== divisor < 0n && product !== 0n;
  const [top, bottom] = [product < 0n ? -product : product, divisor < 0n ? -divisor : divisor];
  const rounded = Number((2n * top + bottom) / (2n * bottom));
  return negative ? -rounded : rounded;
}

/** A float's shortest decimal, without an exponent. */
function plain(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(12) : text;
}
