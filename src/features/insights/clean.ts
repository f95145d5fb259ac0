/**
 * Text from the books, made fit to travel: normalised, without control, bidi, zero-width, private or tag characters and
 * without braces (a name is no placeholder), and not longer than it needs to be. Whoever sends an invoice writes it.
 */
export function clean(text: string | null, most = 120): string {
  return (text ?? "")
    .normalize("NFKC")
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\u115F\u1160\u3164\u2800]/gu, " ")
    .replace(/\{/g, "(")
    .replace(/\}/g, ")")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, most)
    .trimEnd();
}

/** Cleaned text as Markdown shows it: no link, image, markup or address comes of it, whatever it says. */
export function printable(text: string, most = 120): string {
  return clean(text, most)
    .replace(/[a-z][a-z0-9+.-]{1,15}:\/\/\S*|\b(?:javascript|data|mailto|vbscript):\S*|www\.\S*|[^\s@]{1,64}@[^\s@]{1,255}\.\S+/gi, "(address left out)")
    .replace(/!\[/g, "[")
    .replace(/</g, "‹")
    .replace(/>/g, "›")
    .replace(/[\\`*_#|~[\]]/g, (char) => `\\${char}`);
}
