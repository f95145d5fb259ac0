const MESSAGE_MOST = 500;
/** More than is kept, so that nothing is cut before it is recognised. */
const READ_MOST = 2_000;

/**
 * An error's message without what no log and no report may hold: a query's parameters, values that a parser quotes, addresses,
 * tokens, connection strings, long digits. What says what happened stays.
 */
export function scrub(message: string): string {
  return (message.split("\nparams:")[0] ?? "")
    .slice(0, READ_MOST)
    .replaceAll(/"[^\n]{0,500}" is not valid JSON/g, "[value] is not valid JSON")
    .replaceAll(/: "[^"\n]{0,500}"/g, ": [value]")
    .replaceAll(/[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/@]{0,300}@/gi, "[credentials]@")
    .replaceAll(/[^\s@"'<>[\]:/]{1,64}@[^\s@"'<>[\]:/]{1,253}\.[a-z]{1,63}/gi, "[address]")
    .replaceAll(/[?&][^\s"']*/g, "?[query]")
    .replaceAll(/\b(?:fh|re|sk|xai)[_-]\w+/g, "[key]")
    .replaceAll(/[\w+/=.-]{24,}/g, (word) => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(word) || /^[a-z_.]+$/i.test(word) ? word : "[long]"))
    .replaceAll(/\d{9,}/g, "[digits]")
    .slice(0, MESSAGE_MOST);
}
