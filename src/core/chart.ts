/** A bar chart as SVG text. Bars are drawn with floats; what is written beside them are the decimals that were given. */
export type Group = { label: string; amounts: string[] };
export type Panel = { unit: string; series: string[]; groups: Group[] };
export type Chart = { title: string; note: string | null; panels: Panel[] };

const [WIDTH, LEFT, RIGHT, BAR, GAP, HEAD] = [760, 220, 130, 16, 10, 64];
const SERIES = ["a", "b", "c"] as const;

const STYLE =
  ":root{color-scheme:light dark}svg{font:13px system-ui,sans-serif;background:#fff}text{fill:#1b2733}.t{font-size:17px;font-weight:600}.m{fill:#5b6b7c;font-size:12px}" +
  ".g{stroke:#d8dfe7;stroke-width:1}.z{stroke:#8494a5;stroke-width:1}.a{fill:#2f6fb0}.b{fill:#c0702a}.c{fill:#4d8a4f}" +
  "@media(prefers-color-scheme:dark){svg{background:#10171f}text{fill:#e4ebf2}.m{fill:#9aaabb}.g{stroke:#2a3644}.z{stroke:#6b7c8e}.a{fill:#6fa8e0}.b{fill:#e39a57}.c{fill:#86c188}}";

/**
 * Horizontal bars, grouped, one panel a unit, each with its own axis. Readable in light and dark; titled, and described
 * in words with every figure for those who do not see it. Everything that came from outside is escaped.
 */
export function drawBars(chart: Chart): string {
  let top = HEAD;
  const panels = chart.panels.map((panel) => {
    const drawn = drawPanel(panel, top);
    top += drawn.height;
    return drawn.svg;
  });
  const empty = chart.panels.every((panel) => panel.groups.length === 0) ? `<text x="24" y="${HEAD + 24}" class="m">No figures in this period.</text>` : "";
  const height = Math.max(top, HEAD + 48) + 16;
  const note = chart.note === null ? "" : `<text x="24" y="52" class="m">${escape(chart.note)}</text>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title words">` +
    `<style>${STYLE}</style><title id="title">${escape(chart.title)}</title><desc id="words">${escape(inWords(chart))}</desc>` +
    `<text x="24" y="32" class="t">${escape(chart.title)}</text>${note}${panels.join("")}${empty}</svg>\n`
  );
}

function inWords(chart: Chart): string {
  const group = (panel: Panel, one: Group) =>
    `${one.label}: ${one.amounts.map((amount, i) => (panel.series.length > 1 ? `${panel.series[i]} ${amount}` : amount)).join(", ")} ${panel.unit}`;
  return chart.panels.flatMap((panel) => panel.groups.map((one) => group(panel, one))).join("; ");
}

function drawPanel(panel: Panel, top: number): { svg: string; height: number } {
  if (panel.groups.length === 0) return { svg: "", height: 0 };
  const values = panel.groups.flatMap((group) => group.amounts.map(Number));
  const ticks = ticksOf(Math.min(0, ...values), Math.max(0, ...values));
  const [low, high] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const x = (value: number) => LEFT + ((value - low) / (high - low || 1)) * (WIDTH - LEFT - RIGHT);
  const perGroup = panel.series.length * BAR + GAP;
  const [first, bottom] = [top + 46, top + 46 + panel.groups.length * perGroup];
  const head = `<text x="24" y="${top + 12}" class="m">${escape(panel.unit)}</text>${panel.series.length > 1 ? legend(panel.series, top) : ""}`;
  const grid = ticks.map(
    (tick) =>
      `<line class="${tick === 0 ? "z" : "g"}" x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${first - 6}" y2="${bottom}"/><text class="m" text-anchor="middle" x="${at(x(tick))}" y="${first - 12}">${short(tick)}</text>`,
  );
  const bars = panel.groups.map((group, index) => drawGroup(group, first + index * perGroup, x));
  return { svg: `<g>${head}${grid.join("")}${bars.join("")}</g>`, height: bottom - top + 20 };
}

function legend(series: readonly string[], top: number): string {
  return series
    .map(
      (name, i) =>
        `<rect class="${SERIES[i] ?? "a"}" x="${LEFT + i * 170}" y="${top + 2}" width="11" height="11"/><text x="${LEFT + 17 + i * 170}" y="${top + 12}" class="m">${escape(name)}</text>`,
    )
    .join("");
}

function drawGroup(group: Group, y: number, x: (value: number) => number): string {
  const middle = y + (group.amounts.length * BAR) / 2 + 4;
  const label = `<text text-anchor="end" x="${LEFT - 10}" y="${middle}">${escape(clipped(group.label))}</text>`;
  const bars = group.amounts.map((amount, i) => {
    const [from, to] = [x(Math.min(0, Number(amount))), x(Math.max(0, Number(amount)))];
    const top = y + i * BAR;
    return `<rect class="${SERIES[i] ?? "a"}" x="${at(from)}" y="${top + 1}" width="${at(Math.max(to - from, 1))}" height="${BAR - 2}" rx="2"/><text class="m" x="${at(to + 6)}" y="${top + BAR - 4}">${escape(amount)}</text>`;
  });
  return label + bars.join("");
}

/** Round steps that cover the values and zero. */
function ticksOf(low: number, high: number): number[] {
  const span = high - low || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power;
  const from = Math.floor(low / step);
  const count = Math.max(1, Math.ceil(high / step) - from);
  return Array.from({ length: count + 1 }, (_, i) => (from + i) * step);
}

/** An axis label: `1.5M`. The exact figures stand at the bars. */
function short(value: number): string {
  const size = Math.abs(value);
  const [scale, unit] = size >= 1e12 ? [1e12, "T"] : size >= 1e9 ? [1e9, "B"] : size >= 1e6 ? [1e6, "M"] : size >= 1e3 ? [1e3, "k"] : [1, ""];
  return `${Number((value / scale).toPrecision(3))}${unit}`;
}

function clipped(text: string): string {
  const characters = Array.from(text);
  return characters.length > 30 ? `${characters.slice(0, 29).join("")}…` : text;
}

function at(value: number): string {
  return value.toFixed(1);
}

function escape(text: string): string {
  return text.toWellFormed().replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
