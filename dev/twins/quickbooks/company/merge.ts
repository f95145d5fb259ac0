import { fault } from "../fault.ts";
import { isObject } from "../json.ts";
import { Body } from "./body.ts";
import type { Company } from "./company.ts";
import { STORED } from "./entities.ts";
import type { Row } from "./table.ts";

/** Two customers or two vendors become one: what referred to `from` refers to `into`, and `from` is gone. */
export function merge(company: Company, entity: "Customer" | "Vendor", from: Row, into: Row): Row {
  if (from.id === into.id) throw fault("6000", "A name cannot be merged with itself");
  const name = into.body.DisplayName ?? "";
  for (const kind of STORED) {
    for (const one of company.table(kind).glimpses()) {
      const row = one.row();
      const body = redirected(row.body, entity, from.id, { value: into.id, name });
      if (body !== row.body) company.replace(kind, row, Body.parse(body));
    }
  }
  company.erase(entity, from, into.id);
  return company.replace(entity, into, into.body);
}

/** The same value, or a copy in which every reference to the one person points to the other. */
function redirected<T>(value: T, entity: string, from: string, into: { value: string; name: string }): T {
  if (typeof value !== "object" || value === null) return value;
  let changed = false;
  const entries = Object.entries(value).map(([key, inner]: [string, unknown]) => {
    const next = isObject(inner) && inner["value"] === from && pointsTo(key, inner, entity) ? { ...inner, ...into } : redirected(inner, entity, from, into);
    changed ||= next !== inner;
    return [key, next] as const;
  });
  if (!changed) return value;
  // safe: the same keys over values of the same shape
  return (Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries)) as T;
}

function pointsTo(key: string, ref: Record<string, unknown>, entity: string): boolean {
  return key === `${entity}Ref` || (typeof ref["type"] === "string" && ref["type"].toLowerCase() === entity.toLowerCase());
}
