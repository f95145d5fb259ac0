/** What a bank writes, read exactly: a value that could mean two things is refused, never guessed. */

export const DATE_ORDERS = ["ymd", "dmy", "mdy"] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

/** `31.01.2026`, `1/31/26` or `20260131` as `2026-01-31`, or null. A time of day behind it is passed over; two digits of a year are of this century. */
export function readDay(text: string, order: DateOrder): string | null {
  const [day = ""] = text.trim().split(/[T ](?=\d{1,2}[:h]|$)/);
  const whole = /^(\d{4})(\d{2})(\d{2})$/.exec(day);
  const parts = whole ?? /^(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})$/.exec(day);
  if (!parts) return null;
  const [first = "", second = "", third = ""] = parts.slice(1);
  // a year in four digits in front says its own order
  const [year, month, date] =
    whole || first.length === 4 || order === "ymd" ? [first, second, third] : order === "dmy" ? [third, second, first] : [third, first, second];
  if ((year.length !== 2 && year.length !== 4) || date.length > 2) return null;
  const found = [Number(year.length === 2 ? `20${year}` : year), Number(month), Number(date)] as const;
  const real = new Date(Date.UTC(found[0], found[1] - 1, found[2]));
  if (found[0] < 1900 || real.getUTCFullYear() !== found[0] || real.getUTCMonth() !== found[1] - 1 || real.getUTCDate() !== found[2]) return null;
  return real.toISOString().slice(0, 10);
}

/**
 * `(1,234.50)`, `1.234,50-`, `$ -3` or `12.00 DR` as a signed decimal, or null. Thousands stand in threes (or as in India):
 * where a comma is not the decimal sign, `1,50` is refused and not read as 150.
 */
export function readAmount(text: string, decimal: "." | ","): string | null {
  let rest = text
    .replace(/[\s\u00a0\u202f'’]/g, "")
    .replaceAll("\u2212", "-")
    .replace(/^([-+(]?)(?:\p{Sc}|[A-Z]{3}(?=[\d-]))/u, "$1")
    .replace(/\p{Sc}([-+)]?)$/u, "$1");
  let minuses = 0;
  const taken = (pattern: RegExp, isMinus: boolean) => {
    const without = rest.replace(pattern, "$1");
    if (without === rest) return;
    rest = without;
    if (isMinus) minuses += 1;
  };
  taken(/^\((.*)\)$/, true);
  taken(/^-(.*)$/, true);
  taken(/^(.*)-$/, true);
  taken(/^(.*)DR$/i, true);
  taken(/^\+(.*)$/, false);
  taken(/^(.*)\+$/, false);
  taken(/^(.*)CR$/i, false);
  rest = rest.replace(/^\p{Sc}/u, "");
  const [group, point] = decimal === "." ? [",", "\\."] : ["\\.", ","];
  const shape = new RegExp(`^(\\d*|\\d{1,3}(?:${group}\\d{3})+|\\d{1,2}(?:${group}\\d{2})+${group}\\d{3})(?:${point}(\\d*))?$`);
  const found = shape.exec(rest);
  if (!found || minuses > 1 || !/\d/.test(rest)) return null;
  const whole = (found[1] ?? "").replace(/\D/g, "").replace(/^0+(?=\d)/, "") || "0";
  const fraction = (found[2] ?? "").replace(/0{1,30}$/, "");
  if (whole.length > 15 || fraction.length > 4) return null;
  const magnitude = fraction ? `${whole}.${fraction}` : whole;
  return minuses === 1 && magnitude !== "0" ? `-${magnitude}` : magnitude;
}

const OUT = new Set(["D", "DR", "DEBIT", "DBIT", "S", "OUT", "-"]);
const IN = new Set(["C", "CR", "CREDIT", "CRDT", "H", "IN", "+"]);

/** Whether a column of its own says that money went out (-1) or came in (1), or null. */
export function readSign(text: string): 1 | -1 | null {
  const word = text.trim().toUpperCase();
  return OUT.has(word) ? -1 : IN.has(word) ? 1 : null;
}

/** Text as a row keeps it: well-formed, without control characters, of at most `most` characters; nothing is null. */
export function readText(text: string | undefined, most: number): string | null {
  const clean = (text ?? "")
    .toWellFormed()
    .replace(/\p{Cc}+/gu, " ")
    .trim();
  return clean === "" ? null : clean.slice(0, most).toWellFormed().trim();
}
