/** Rows of a comma-separated text with double quotes, one at a time. */
export function* csvRows(text: string, skip = 0): Generator<string[]> {
  let [at, row] = [0, 0];
  while (at < text.length) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end === -1 ? text.length : end).replace(/\r$/, "");
    at = end === -1 ? text.length : end + 1;
    if (row++ >= skip && line !== "") yield line.includes('"') ? quoted(line) : line.split(",");
  }
}

function quoted(line: string): string[] {
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/gy;
  for (let match = cell.exec(line); match; match = cell.exec(line)) {
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "") break;
  }
  return cells;
}
