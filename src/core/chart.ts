/** A bar chart as SVG text. Bars are drawn with floats; what is written beside them are the decimals that were given. */
export type Group = { label: string; amounts: string[] };
/** `totals`: of each series over all groups, said beside its name; a bar of it would dwarf all others. */
export type Panel = { unit: string; series: string[]; totals: string[] | null; groups: Group[] };
export type Chart = { title: string; note: string | null; panels: Panel[] };

const [WIDTH, LEFT, BAR, GAP, HEAD, ROW] = [760, 220, 16, 10, 64, 18];
const SERIES = ["a", "b", "c"] as const;

const STYLE =
  ":root{color-scheme:light dark}svg{font:13px system-ui,sans-serif;background:#fff}text{fill:#1b2733}.t{font-size:17px;font-weight:600}.m{fill:#5b6b7c;font-size:12px}" +
  ".v{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}.g{stroke:#d8dfe7;stroke-width:1}.z{stroke:#8494a5;stroke-width:1}.a{fill:#2f6fb0}.b{fill:#c0702a}.c{fill:#4d8a4f}" +
  "@media(prefers-color-scheme:dark){svg{background:#10171f}text{fill:#e4ebf2}.m{fill:#9aaabb}.v{stroke:#10171f}.g{stroke:#2a3644}.z{stroke:#6b7c8e}.a{fill:#6fa8e0}.b{fill:#e39a57}.c{fill:#86c188}}";

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
  const named = (panel: Panel, amounts: readonly string[]) =>
    `${amounts.map((amount, i) => (panel.series.length > 1 ? `${panel.series[i]} ${amount}` : amount)).join(", ")} ${panel.unit}`;
  return chart.panels
    .flatMap((panel) =>
      [...panel.groups, ...(panel.totals ? [{ label: "Total", amounts: panel.totals }] : [])].map((one) => `${one.label}: ${named(panel, one.amounts)}`),
    )
    .join("; ");
}

function drawPanel(panel: Panel, top: number): { svg: string; height: number } {
  if (panel.groups.length === 0) return { svg: "", height: 0 };
  const amounts = panel.groups.flatMap((group) => group.amounts);
  const values = amounts.map(Number);
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  // a side of under a hundredth of the other is a pixel, and gets no room of its own: a refunded cent beside a trillion
  const ticks = ticksOf(-least < most / 100 ? 0 : least, most < -least / 100 ? 0 : most);
  const [low, high] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  // room for the longest figure beside the longest bar
  const right = 24 + Math.max(...amounts.map((amount) => widthOf(amount, 7.2)));
  const x = (value: number) => LEFT + ((value - low) / (high - low || 1)) * (WIDTH - LEFT - right);
  const perGroup = panel.series.length * BAR + GAP;
  const said = panel.series.length > 1 || panel.totals ? legend(panel, top) : { svg: "", rows: 1 };
  const first = top + 28 + said.rows * ROW;
  const bottom = first + panel.groups.length * perGroup;
  const head = `<text x="24" y="${top + 12}" class="m">${escape(panel.unit)}</text>${said.svg}`;
  const grid = ticks.map(
    (tick) =>
      `<line class="${tick === 0 ? "z" : "g"}" x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${first - 6}" y2="${bottom}"/><text class="m" text-anchor="middle" x="${at(x(tick))}" y="${first - 12}">${short(tick)}</text>`,
  );
  const bars = panel.groups.map((group, index) => drawGroup(group, first + index * perGroup, x));
  return { svg: `<g>${head}${grid.join("")}${bars.join("")}</g>`, height: bottom - top + 20 };
}

/** The series with their colours, in as many rows as they need. */
function legend(panel: Panel, top: number): { svg: string; rows: number } {
  let [x, rows] = [LEFT, 1];
  const entries = panel.series.map((name, i) => {
    const text = clipped(name, 240) + (panel.totals ? `, total ${panel.totals[i]}` : "");
    const width = 17 + widthOf(text, 7) + 20;
    if (x > LEFT && x + width > WIDTH) [x, rows] = [LEFT, rows + 1];
    const y = top + 2 + (rows - 1) * ROW;
    const entry = `<rect class="${SERIES[i] ?? "a"}" x="${at(x)}" y="${y}" width="11" height="11"/><text x="${at(x + 17)}" y="${y + 10}" class="m">${escape(text)}</text>`;
    x += width;
    return entry;
  });
  return { svg: entries.join(""), rows };
}

function drawGroup(group: Group, y: number, x: (value: number) => number): string {
  const middle = y + (group.amounts.length * BAR) / 2 + 4;
  const name = clipped(group.label, LEFT - 34);
  const whole = name === group.label ? "" : `<title>${escape(group.label)}</title>`;
  const label = `<text text-anchor="end" x="${LEFT - 10}" y="${middle}">${whole}${escape(name)}</text>`;
  const bars = group.amounts.map((amount, i) => {
    const [from, to] = [x(Math.min(0, Number(amount))), x(Math.max(0, Number(amount)))];
    const top = y + i * BAR;
    return `<rect class="${SERIES[i] ?? "a"}" x="${at(from)}" y="${top + 1}" width="${at(Math.max(to - from, 1))}" height="${BAR - 2}" rx="2"/><text class="m v" x="${at(to + 6)}" y="${top + BAR - 4}">${escape(amount)}</text>`;
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

/** As much of a text as fits: of `Parent:Child` its end, which tells more, of anything else its beginning. */
function clipped(text: string, width: number): string {
  if (widthOf(text, 7.4) <= width) return text;
  const isPath = text.includes(":");
  let characters = Array.from(text);
  while (characters.length > 1 && widthOf(characters.join(""), 7.4) > width - 12) characters = isPath ? characters.slice(1) : characters.slice(0, -1);
  return isPath ? `…${characters.join("")}` : `${characters.join("")}…`;
}

/** About how wide a text is drawn; characters of East Asia are twice as wide as others. */
function widthOf(text: string, each: number): number {
  return Array.from(text).reduce((sum, char) => sum + ((char.codePointAt(0) ?? 0) >= 0x1100 ? 13.5 : each), 0);
}

/** Where on the picture, in pixels: amounts are written from their own text and pass through no number. */
function at(value: number): string {
  return value.toFixed(1);
}

function escape(text: string): string {
  return text.toWellFormed().replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
