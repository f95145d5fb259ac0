/**
 * Money is a decimal string beside a currency. Arithmetic is done on bigints, never on floats: a sum of cents that
 * passed through IEEE 754 once is no longer evidence of anything.
 */

/** A plain decimal: optional minus, digits, optional fraction. No exponent, no plus, no grouping. */
export type Decimal = string;

/** Fraction digits kept by `numeric(19,4)`, the type of every amount in the database. */
export const SCALE = 4;

const DECIMAL = /^(-?)(\d{1,30})(?:\.(\d{1,20}))?$/;

/** ISO 4217 exponents that are not 2. Source: ISO 4217 table A.1. */
const EXPONENTS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
};

/** How many fraction digits amounts of `currency` have: 2 unless ISO 4217 says otherwise. */
export function exponentOf(currency: string): number {
  return EXPONENTS[currency] ?? 2;
}

/** True when `text` is a decimal that {@link toUnits} accepts at `scale` without rounding. */
export function isDecimal(text: string, scale = SCALE): boolean {
  const match = DECIMAL.exec(text);
  return match !== null && trimZeros(match[3] ?? "").length <= scale;
}

/**
 * `"12.34"` -> `123400n` at scale 4. Exact: throws RangeError for anything that is not a decimal or that has more
 * significant fraction digits than `scale`.
 */
export function toUnits(text: Decimal, scale = SCALE): bigint {
  const match = DECIMAL.exec(text);
  if (!match) throw new RangeError("not a decimal");
  const fraction = trimZeros(match[3] ?? "");
  if (fraction.length > scale) throw new RangeError(`more than ${scale} fraction digits`);
  const units = BigInt((match[2] ?? "") + fraction.padEnd(scale, "0"));
  return match[1] === "-" ? -units : units;
}

/** `123400n` at scale 4 -> `"12.34"`. Keeps at least `digits` fraction digits, and no more than are needed. Never `-0`. */
export function fromUnits(units: bigint, digits = 2, scale = SCALE): Decimal {
  const text = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const whole = text.slice(0, text.length - scale);
  const fraction = trimZeros(text.slice(text.length - scale)).padEnd(Math.min(digits, scale), "0");
  return (units < 0n ? "-" : "") + whole + (fraction ? `.${fraction}` : "");
}

/** The same amount written with its currency's fraction digits: `format("5", "USD")` is `"5.00"`, of JPY `"5"`. */
export function format(amount: Decimal, currency: string): Decimal {
  return fromUnits(toUnits(amount), exponentOf(currency));
}

/** Exact sum, at least two fraction digits. The caller guarantees one currency. */
export function add(...amounts: readonly Decimal[]): Decimal {
  return fromUnits(amounts.reduce((total, amount) => total + toUnits(amount), 0n));
}

export function negate(amount: Decimal): Decimal {
  return fromUnits(-toUnits(amount));
}

export function isZero(amount: Decimal): boolean {
  return toUnits(amount) === 0n;
}

/** Negative, zero or positive as `a` is less than, equal to or more than `b`. */
export function compare(a: Decimal, b: Decimal): number {
  const difference = toUnits(a) - toUnits(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** `a * b`, rounded half away from zero to `digits` fraction digits (how QuickBooks rounds home amounts). */
export function multiply(a: Decimal, b: Decimal, digits = 2): Decimal {
  const [left, right] = [scaled(a), scaled(b)];
  const product = left.units * right.units;
  return fromUnits(rescale(product, left.scale + right.scale, digits), digits, digits);
}

function scaled(text: Decimal): { units: bigint; scale: number } {
  const scale = (DECIMAL.exec(text)?.[3] ?? "").length;
  return { units: toUnits(text, scale), scale };
}

function rescale(units: bigint, from: number, to: number): bigint {
  if (from <= to) return units * 10n ** BigInt(to - from);
  const divisor = 10n ** BigInt(from - to);
  const magnitude = units < 0n ? -units : units;
  const rounded = (magnitude + divisor / 2n) / divisor;
  return units < 0n ? -rounded : rounded;
}

function trimZeros(fraction: string): string {
  return fraction.replace(/0{1,20}$/, "");
}

/**
 * JSON whose numbers stay the decimals that were sent: every number becomes its source text as a string
 * (`10.10` -> `"10.10"`), so that money never passes through a float. Exponents are written out (`1e2` -> `"100"`).
 */
export function parseExact(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && context?.source !== undefined ? plain(context.source) : value,
  );
}

/** A JSON number's source without an exponent. Exponents beyond 30 are refused: no amount has them. */
function plain(source: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d+)$/.exec(source);
  if (!match) return source;
  const exponent = Number(match[4]);
  if (Math.abs(exponent) > 30) throw new RangeError("number out of range");
  const digits = (match[2] ?? "") + (match[3] ?? "");
  const point = (match[2] ?? "").length + exponent;
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
  const whole = padded.slice(0, Math.max(point, 1)).replace(/^0+(?=\d)/, "");
  const fraction = padded.slice(Math.max(point, 1));
  return (match[1] ?? "") + whole + (fraction ? `.${fraction}` : "");
}
