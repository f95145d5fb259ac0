import { fault } from "../fault.ts";
import { isObject, type Json } from "../json.ts";
import { instant } from "../pacific.ts";
import type { Company } from "../company/company.ts";
import { filterable, findKind, type EntityKind } from "../company/entities.ts";
import { project, render, renderCompanyInfo, renderPreferences } from "../company/render.ts";
import type { Glimpse } from "../company/table.ts";
import { parseQuery, type Condition, type Order, type Query } from "./parse.ts";

type Value = string | number | boolean | undefined;
type Read = (glimpse: Glimpse) => Value;

/** Answers a statement: the object under `QueryResponse`. */
export function runQuery(company: Company, statement: string): { [key: string]: Json } {
  const query = parseQuery(statement);
  const kind = findKind(query.entity);
  if (!kind) throw fault("4001", `QueryValidationError: Invalid context declaration: ${query.entity}`);
  if (company.profile.lapsed) throw fault("6190");
  if (kind.family === "setting") return setting(company, kind, query);
  const found = select(company, kind, query);
  if (query.count) return { totalCount: found.length };
  const page = found.slice(query.start - 1, query.start - 1 + query.max);
  if (page.length === 0) return {};
  const rows = page.map((one) => {
    const full = render(company, kind, one.row());
    return query.fields.length > 0 ? project(full, query.fields) : full;
  });
  const total = query.start === 1 && found.length === page.length ? { totalCount: found.length } : {};
  return { [kind.key]: rows, startPosition: query.start, maxResults: rows.length, ...total };
}

function setting(company: Company, kind: EntityKind, query: Query): { [key: string]: Json } {
  if (query.count) return { totalCount: 1 };
  const one = kind.name === "CompanyInfo" ? renderCompanyInfo(company) : renderPreferences(company);
  return query.start > 1 ? {} : { [kind.key]: [one], maxResults: 1 };
}

function select(company: Company, kind: EntityKind, query: Query): Glimpse[] {
  const tests = query.where.map((condition) => test(company, kind, condition));
  const hidesInactive = kind.family === "list" && !query.where.some(({ field }) => field.toLowerCase() === "active");
  const found: Glimpse[] = [];
  for (const one of company.table(kind.name).glimpses()) {
    if (hidesInactive && one.row().body.Active === false) continue;
    if (tests.every((passes) => passes(one))) found.push(one);
  }
  return order(company, kind, found, query.orderBy);
}

function order(company: Company, kind: EntityKind, found: Glimpse[], orders: readonly Order[]): Glimpse[] {
  if (orders.length === 0) return found;
  const reads = orders.map(({ field, descending }) => ({ read: reader(company, kind, field), sign: descending ? -1 : 1 }));
  return found.sort((a, b) => {
    for (const { read, sign } of reads) {
      const difference = compare(read(a), read(b));
      if (difference !== 0) return sign * difference;
    }
    return Number(a.id) - Number(b.id);
  });
}

function test(company: Company, kind: EntityKind, condition: Condition): (one: Glimpse) => boolean {
  const read = reader(company, kind, condition.field);
  const values = condition.values.map((text) => literal(condition.field, text));
  const first = values[0];
  switch (condition.operator) {
    case "=":
      return (one) => same(read(one), first);
    case "IN":
      return (one) => values.some((value) => same(read(one), value));
    case "LIKE": {
      const pattern = new RegExp(
        `^${(condition.values[0] ?? "")
          .split("%")
          .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
          .join(".*")}$`,
        "is",
      );
      return (one) => pattern.test(String(read(one) ?? ""));
    }
    case "<":
      return (one) => read(one) !== undefined && compare(read(one), first) < 0;
    case ">":
      return (one) => read(one) !== undefined && compare(read(one), first) > 0;
    case "<=":
      return (one) => read(one) !== undefined && compare(read(one), first) <= 0;
    case ">=":
    default:
      return (one) => read(one) !== undefined && compare(read(one), first) >= 0;
  }
}

function literal(field: string, text: string): Value {
  if (!field.toLowerCase().startsWith("metadata.")) return text;
  const at = instant(text);
  if (Number.isNaN(at)) throw fault("4001", `QueryValidationError: Invalid date-time value ${text}`);
  return at;
}

function same(value: Value, wanted: Value): boolean {
  if (value === undefined) return false;
  return compare(value, wanted) === 0;
}

/** Numbers as numbers, all else as text. Ids are numbers here, or page two would begin with 10. */
function compare(a: Value, b: Value): number {
  const [left, right] = [Number(a), Number(b)];
  if (typeof a !== "boolean" && a !== "" && b !== "" && !Number.isNaN(left) && !Number.isNaN(right)) return left - right;
  const [x, y] = [String(a ?? "").toLowerCase(), String(b ?? "").toLowerCase()];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Reads a property, or refuses it as Intuit does when it cannot be filtered by. */
function reader(company: Company, kind: EntityKind, field: string): Read {
  const lower = field.toLowerCase();
  const known = filterable(kind).find((name) => name.toLowerCase() === lower || `${name.toLowerCase()}.value` === lower);
  if (known === undefined) {
    if (lower === "departmentref") throw fault("4001", `QueryValidationError: property '${field}' is not queryable`);
    throw fault("4001", `QueryValidationError: Property ${field} not found for Entity ${kind.name}`);
  }
  switch (known) {
    case "Id":
      return (one) => one.id;
    case "TxnDate":
      return (one) => one.date;
    case "MetaData.CreateTime":
      return (one) => one.created;
    case "MetaData.LastUpdatedTime":
      return (one) => one.updated;
    case "Balance":
      return (one) => scalar(render(company, kind, one.row())[known]);
    default:
      return (one) => scalar(one.row().body[known]);
  }
}

/** A reference counts as its id. */
function scalar(value: unknown): Value {
  if (isObject(value)) return scalar(value["value"]);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : undefined;
}
