import { parseAst } from "vitest/node";

export type Mutant = { id: number; file: string; line: number; from: string; to: string };
type Node = { type: string; start: number; end: number; [field: string]: unknown };
/** A change of a stretch of the source: to another expression, or to a statement that is left out. */
type Change = { start: number; end: number; to: string; kind: "expression" | "statement"; told?: string };

/**
 * The module with every mutant of it inside, each behind a switch: `m(7)` is true for the mutant that is on, and notes
 * that the place was reached where none is. One load serves them all.
 */
export function mutate(file: string, source: string, firstId: number): { code: string; mutants: Mutant[] } {
  const found: Change[] = [];
  walk(parse(source), source, found);
  const kept = found.filter(({ start, end, to, kind }) => kind === "statement" || to.trim() !== source.slice(start, end).trim());
  const mutants = kept.map(({ start, end, to, told }, i) => ({
    id: firstId + i,
    file,
    line: source.slice(0, start).split("\n").length,
    from: short(source.slice(start, end)),
    to: short(told ?? to) || "(left out)",
  }));
  const code = write(
    source,
    0,
    source.length,
    kept.map((change, i) => ({ ...change, id: firstId + i })),
  );
  return { code: `const __m = (id: number): boolean => (globalThis as any).mutants.isOn(id);\n${code}`, mutants };
}

function parse(source: string): Node {
  // safe: a syntax tree as ESTree describes it, with TypeScript's nodes
  return parseAst(source, { lang: "ts" }) as unknown as Node;
}

const short = (text: string) => text.replaceAll(/\s+/g, " ").trim().slice(0, 90);

/** The source between two places with all changes inside them: the widest first, what lies within them inside the branch that keeps. */
function write(source: string, start: number, end: number, changes: (Change & { id: number })[]): string {
  let text = "";
  let at = start;
  const inside = changes.filter((change) => change.start >= start && change.end <= end).sort((a, b) => a.start - b.start || b.end - a.end);
  while (inside.length > 0) {
    const [widest] = inside.splice(0, 1);
    if (!widest) break;
    const same = inside.filter((change) => change.start === widest.start && change.end === widest.end && change.kind === widest.kind);
    const nested = inside.filter((change) => !same.includes(change) && change.start >= widest.start && change.end <= widest.end);
    for (const gone of [...same, ...nested]) inside.splice(inside.indexOf(gone), 1);
    const kept = write(source, widest.start, widest.end, nested);
    const all = [widest, ...same];
    text += source.slice(at, widest.start);
    text +=
      widest.kind === "statement"
        ? `{ if (!(${all.map(({ id }) => `__m(${id})`).join(" || ")})) { ${kept} } }`
        : `(${all.map(({ id, to }) => `__m(${id}) ? (${to}) : `).join("")}(${kept}))`;
    at = widest.end;
  }
  return text + source.slice(at, end);
}

const OPPOSITES: Record<string, string[]> = {
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "===": ["!=="],
  "!==": ["==="],
  "<": ["<=", ">="],
  ">": [">=", "<="],
  "<=": ["<"],
  ">=": [">"],
  "&&": ["||"],
  "||": ["&&"],
};

/** Types, names of fields and what is imported are no expressions. */
const PASSED_OVER = /^(?:TS(?!AsExpression|NonNullExpression|SatisfiesExpression)|ImportDeclaration|ExportSpecifier)/;

function walk(node: Node, source: string, found: Change[]): void {
  if (PASSED_OVER.test(node.type)) return;
  changesOf(node, source, found);
  for (const [field, value] of Object.entries(node)) {
    if (isNoExpression(node, field)) continue;
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child) && !isSettled(node, field, child)) walk(child, source, found);
  }
}

function isNoExpression(node: Node, field: string): boolean {
  if (field === "key") return node["computed"] !== true;
  return field === "typeAnnotation" || (field === "left" && node.type === "AssignmentExpression") || (field === "test" && node.type === "SwitchCase");
}

/** A default beside `??`, and the number that something is compared with: the operator is what is turned. */
function isSettled(parent: Node, field: string, child: Node): boolean {
  if (parent.type === "LogicalExpression" && parent["operator"] === "??" && field === "right") return isPlain(child);
  return parent.type === "BinaryExpression" && /^[<>=!]/.test(String(parent["operator"])) && isPlain(child) && !/^["']/.test(String(child["raw"]));
}

function isPlain(value: unknown): boolean {
  return isNode(value) && (value.type === "Literal" || (value.type === "ArrayExpression" && value.end - value.start === 2));
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function changesOf(node: Node, source: string, found: Change[]): void {
  const text = (one: unknown) => (isNode(one) ? source.slice(one.start, one.end) : "");
  const change = (to: string, at = node) => found.push({ start: at.start, end: at.end, to, kind: "expression" });
  const parts = (field: string) => ((node[field] as unknown[] | undefined) ?? []).filter(isNode);
  switch (node.type) {
    case "Literal":
      for (const to of literals(node, source)) change(to);
      return;
    case "UnaryExpression":
      if (node["operator"] === "-" || node["operator"] === "!") change(text(node["argument"]));
      return;
    case "BinaryExpression":
    case "LogicalExpression": {
      const [left, right, operator] = [text(node["left"]), text(node["right"]), String(node["operator"])];
      for (const other of OPPOSITES[operator] ?? []) change(`(${left}) ${other} (${right})`);
      if (operator === "??") change(right);
      // a default that is written down is there for the compiler more often than for a case
      if (operator === "??" && !isPlain(node["right"])) change(left);
      return;
    }
    case "ConditionalExpression":
    case "IfStatement":
      for (const to of ["true", "false"]) if (isNode(node["test"])) change(to, node["test"]);
      return;
    case "AssignmentExpression":
      if (node["operator"] === "+=") change(`${text(node["left"])} -= ${text(node["right"])}`);
      if (node["operator"] === "-=") change(`${text(node["left"])} += ${text(node["right"])}`);
      return;
    case "ExpressionStatement":
      found.push({ start: node.start, end: node.end, to: "", kind: "statement" });
      return;
    case "SwitchCase":
      if (isNode(node["test"])) change('"no such kind"', node["test"]);
      return;
    case "ArrayExpression": {
      const all = parts("elements").map(text);
      for (const [i] of all.entries()) change(`[${all.filter((_, j) => j !== i).join(", ")}]`);
      return;
    }
    case "ObjectExpression":
      for (const property of parts("properties")) {
        const rest = parts("properties").filter((one) => one !== property);
        found.push({
          start: node.start,
          end: node.end,
          to: `{ ${rest.map(text).join(", ")} }`,
          kind: "expression",
          told: `without ${text(property["key"]) || text(property)}`,
        });
      }
      return;
    case "CallExpression":
      calls(node, text).forEach((to) => change(to));
      return;
    default:
  }
}

function literals(node: Node, source: string): string[] {
  const text = source.slice(node.start, node.end);
  if (typeof node["value"] === "boolean") return [String(!node["value"])];
  if (text.endsWith("n") && /^\d/.test(text)) return text === "0n" ? ["1n"] : ["0n", `-${text}`];
  if (typeof node["value"] === "number") return [String(node["value"] + 1)];
  // what begins small and has spaces is for people to read
  if (typeof node["value"] === "string" && !/^[a-z].* /.test(node["value"])) return [node["value"] === "" ? '"x"' : '""'];
  return [];
}

/** Steps of a chain, each left out or turned round. */
function calls(node: Node, text: (one: unknown) => string): string[] {
  const callee = node["callee"];
  if (!isNode(callee) || callee.type !== "MemberExpression") return [];
  const [object, name] = [text(callee["object"]), text(callee["property"])];
  const given = ((node["arguments"] as unknown[]) ?? []).map(text).join(", ");
  if (["filter", "sort", "slice", "trim", "toLowerCase", "replaceAll", "refine", "nullish", "regex", "toReversed"].includes(name)) return [object];
  if (name === "some") return [`${object}.every(${given})`, "false"];
  if (name === "every") return [`${object}.some(${given})`, "true"];
  return [];
}
