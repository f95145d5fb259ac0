/** Text from the books, made fit to travel: no control, bidi or zero-width characters, and not longer than it needs to be. */
export function clean(text: string | null, most = 120): string {
  return (text ?? "").replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, " ").replace(/\s+/g, " ").trim().slice(0, most);
}
