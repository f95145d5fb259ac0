/** Dates without a zone, as the books have them. */
export function dayBefore(day: string): string {
  return shifted(day, -1);
}

export function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 24 * 3600_000).toISOString().slice(0, 10);
}

/** The first day of the month that comes so many months after the one of `day`. */
export function monthsLater(day: string, months: number): string {
  const [year = 0, month = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
}

/** The first day of the fiscal year that holds `day`; `month` is the month it begins with, 1 to 12. */
export function fiscalYearStart(day: string, month: number): string {
  const [year = 0, at = 1] = day.split("-").map(Number);
  return `${String(at >= month ? year : year - 1).padStart(4, "0")}-${String(month).padStart(2, "0")}-01`;
}

/** The end of a month between the two, as near to the middle as it gets; null when they stand in one month. */
export function middleMonthEnd(low: string, high: string): string | null {
  const ends: string[] = [];
  for (let end = monthEnd(shifted(low, 1)); end < high; end = monthEnd(shifted(end, 1))) ends.push(end);
  return ends[Math.floor((ends.length - 1) / 2)] ?? null;
}

export function monthEnd(day: string): string {
  const [year = 0, month = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}
