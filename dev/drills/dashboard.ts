import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { must, type Stack, until } from "./stack.ts";

const OPS = resolve(import.meta.dirname, "../../ops");
const PORT = 9847;
/** Where the page is left, and its picture where there is a Chromium. */
const SHOWN = resolve(import.meta.dirname, "../../.data/dashboard");
const COLOURS = ["#3b82f6", "#f59e0b", "#10b981", "#ef4444", "#8b5cf6", "#06b6d4"];

type Panel = { title: string; type: string; targets: { expr?: string; legendFormat?: string }[]; fieldConfig?: { defaults?: { unit?: string } } };
type Series = { metric: Record<string, string>; values: [number, string][] };
type Rule = { name: string; state: string; health: string; lastError?: string };

/**
 * A real Prometheus (Debian: `apt-get install prometheus`) scrapes the service, answers every query of the dashboard and
 * evaluates every alert; what it says is drawn as a page to be looked at. Queries of Analytics Engine have no engine here.
 */
export async function dashboard(stack: Stack): Promise<void> {
  execFileSync("promtool", ["check", "rules", join(OPS, "alerts.yml")], { stdio: "ignore" });
  execFileSync("promtool", ["check", "config", "--syntax-only", join(OPS, "prometheus.yml")], { stdio: "ignore" });
  stack.say("verified: promtool takes the rules and the configuration");
  const folder = await mkdtemp(join(tmpdir(), "finhelm-prometheus-"));
  const prometheus = await startPrometheus(stack, folder);
  try {
    await until("three scrapes", async () => Number((await query<{ value: [number, string] }>("count_over_time(up[5m])"))[0]?.value[1] ?? 0) >= 3, 60);
    must(stack, "the service is up, to Prometheus", (await query<{ value: [number, string] }>("up"))[0]?.value[1], "1");
    const panels = (JSON.parse(await readFile(join(OPS, "dashboard.json"), "utf8")) as { panels: Panel[] }).panels;
    const drawn = await Promise.all(panels.map(async (panel) => ({ panel, series: await seriesOf(panel) })));
    const asked = drawn.filter(({ panel }) => panel.targets.some(({ expr }) => expr));
    const empty = asked.filter(({ series }) => series.length === 0).map(({ panel }) => panel.title);
    must(stack, `${asked.length} panels, those without an answer`, empty, []);
    const rules = (await ask<{ groups: { rules: Rule[] }[] }>("/api/v1/rules")).groups.flatMap((group) => group.rules);
    must(
      stack,
      `${rules.length} alerts, those that cannot be evaluated`,
      rules.filter(({ health }) => health !== "ok").map(({ name, lastError }) => `${name}: ${lastError ?? ""}`),
      [],
    );
    stack.say(
      `alerts that ring here: ${
        rules
          .filter(({ state }) => state !== "inactive")
          .map(({ name, state }) => `${name} (${state})`)
          .join(", ") || "none"
      }`,
    );
    await show(stack, drawn);
  } finally {
    prometheus.kill("SIGTERM");
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function startPrometheus(stack: Stack, folder: string): Promise<ChildProcess> {
  const job = { job_name: "finhelm", scrape_interval: "2s", metrics_path: "/metrics", authorization: { credentials: stack.variables["METRICS_TOKEN"] } };
  const configuration = {
    global: { evaluation_interval: "2s" },
    rule_files: [join(OPS, "alerts.yml")],
    scrape_configs: [{ ...job, static_configs: [{ targets: [new URL(stack.api).host] }] }],
  };
  // JSON is YAML
  await writeFile(join(folder, "prometheus.yml"), JSON.stringify(configuration));
  const flags = [`--config.file=${join(folder, "prometheus.yml")}`, `--storage.tsdb.path=${join(folder, "data")}`, `--web.listen-address=127.0.0.1:${PORT}`];
  const child = spawn("prometheus", flags, { stdio: "ignore" });
  await until(
    "Prometheus",
    async () =>
      fetch(`http://127.0.0.1:${PORT}/-/ready`).then(
        (response) => response.ok,
        () => false,
      ),
    30,
  );
  return child;
}

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${PORT}${path}`, { signal: AbortSignal.timeout(10_000) });
  const { data, error } = (await response.json()) as { data: T; error?: string };
  if (!response.ok) throw new Error(`${path}: ${error ?? response.status}`);
  return data;
}
const query = async <T>(text: string) => (await ask<{ result: T[] }>(`/api/v1/query?${new URLSearchParams({ query: text }).toString()}`)).result;

async function seriesOf(panel: Panel): Promise<{ name: string; values: number[] }[]> {
  const now = Date.now() / 1_000;
  const found = await Promise.all(
    panel.targets.map(async ({ expr, legendFormat }) => {
      if (!expr) return [];
      const range = new URLSearchParams({ query: expr, start: String(now - 20), end: String(now), step: "2" });
      const { result } = await ask<{ result: Series[] }>(`/api/v1/query_range?${range.toString()}`);
      return result.map(({ metric, values }) => ({ name: nameOf(metric, legendFormat), values: values.map(([, value]) => Number(value)) }));
    }),
  );
  return found.flat();
}

/** As Grafana names a series: by the legend's format, else by its name and labels. */
function nameOf(metric: Record<string, string>, format = ""): string {
  if (format) return format.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => metric[label] ?? "");
  const labels = Object.entries(metric).filter(([label]) => !["__name__", "instance", "job"].includes(label));
  return `${metric["__name__"] ?? ""}${labels.length > 0 ? ` ${labels.map(([, value]) => value).join(" ")}` : ""}`;
}

async function show(stack: Stack, drawn: { panel: Panel; series: { name: string; values: number[] }[] }[]): Promise<void> {
  await mkdir(SHOWN, { recursive: true });
  const page = join(SHOWN, "dashboard.html");
  await writeFile(page, `<!doctype html><meta charset="utf-8"><title>Dashboard</title><style>${STYLE}</style><main>${drawn.map(box).join("")}</main>`);
  stack.say(`drawn: ${page}`);
  const picture = join(SHOWN, "dashboard.png");
  try {
    execFileSync("chromium", ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1500,1700", `--screenshot=${picture}`, `file://${page}`], {
      stdio: "ignore",
      timeout: 60_000,
    });
    stack.say(`pictured: ${picture}`);
  } catch {
    stack.say("no picture: there is no chromium here");
  }
}

const STYLE = `body{font:14px system-ui;background:#111827;color:#e5e7eb;margin:16px}main{display:grid;grid-template-columns:repeat(3,1fr);gap:12px}
section{background:#1f2937;border-radius:8px;padding:12px;min-height:190px}h2{font-size:14px;margin:0 0 8px}ul{list-style:none;margin:0;padding:0;columns:2}b{font-size:1.4em}svg{width:100%;height:80px}`;

function box({ panel, series }: { panel: Panel; series: { name: string; values: number[] }[] }): string {
  if (!panel.targets.some(({ expr }) => expr)) return `<section><h2>${panel.title}</h2>from Analytics Engine</section>`;
  const unit = panel.fieldConfig?.defaults?.unit ?? "none";
  const most = Math.max(1e-9, ...series.flatMap(({ values }) => values));
  const line = (values: number[], colour: string) =>
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${values.map((value, at) => `${(at / Math.max(1, values.length - 1)) * 300},${78 - (value / most) * 74}`).join(" ")}"/>`;
  const colour = (at: number) => COLOURS[at % COLOURS.length] ?? "#fff";
  const chart =
    panel.type === "timeseries"
      ? `<svg viewBox="0 0 300 80" preserveAspectRatio="none">${series.map(({ values }, at) => line(values, colour(at))).join("")}</svg>`
      : "";
  const list = series
    .map(({ name, values }, at) => `<li><span style="color:${colour(at)}">●</span> ${name} <b>${shown(values.at(-1) ?? 0, unit)}</b></li>`)
    .join("");
  return `<section><h2>${panel.title}</h2>${chart}<ul>${list}</ul></section>`;
}

function shown(value: number, unit: string): string {
  if (unit === "bytes") return `${(value / 2 ** 20).toFixed(1)} MiB`;
  if (unit === "s") return `${value.toFixed(0)} s`;
  return unit === "currencyUSD" ? `$${value.toFixed(2)}` : String(value);
}
