/** What people see in a terminal: tables, bars, progress. */

export function table(headers: string[], rows: string[][], right: number[] = []): string {
  const widths = headers.map((header, i) => Math.max(header.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: string[]) =>
    `  ${cells
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join("  ")
      .trimEnd()}`;
  return [`\x1b[2m${line(headers)}\x1b[0m`, ...rows.map(line)].join("\n");
}

/** Bars to scale; the value beside each is the API's own text. */
export function barChart(bars: { label: string; value: string; unit: string }[], width = 36): string {
  const most = Math.max(...bars.map((bar) => Number(bar.value)));
  const labels = Math.min(36, Math.max(...bars.map((bar) => bar.label.length)));
  const values = Math.max(...bars.map((bar) => bar.value.length));
  return bars
    .map((bar) => {
      const eighths = Math.max(1, Math.round((Number(bar.value) / most) * width * 8));
      const drawn = "█".repeat(Math.floor(eighths / 8)) + ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
      return `  ${bar.label.slice(0, labels).padEnd(labels)}  \x1b[34m${drawn.padEnd(width)}\x1b[0m  ${bar.value.padStart(values)} ${bar.unit}`;
    })
    .join("\n");
}

export function progressBar(share: number, width = 30): string {
  const done = Math.round(share * width);
  return `[${"█".repeat(done)}${"·".repeat(width - done)}] ${String(Math.round(share * 100)).padStart(3)}%`;
}
