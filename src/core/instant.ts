/** A moment as the API writes it (`2026-10-31T08:00:00.000Z`), whatever form the database gave it. */
export function instant(text: string | null): string | null {
  return text === null ? null : new Date(text).toISOString();
}
