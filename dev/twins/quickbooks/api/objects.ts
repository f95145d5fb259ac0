import { Body } from "../company/body.ts";
import type { Company } from "../company/company.ts";
import type { EntityKind } from "../company/entities.ts";
import { render, renderCompanyInfo, renderPreferences } from "../company/render.ts";
import type { Row } from "../company/table.ts";
import { create, remove, update, voidOut } from "../company/write.ts";
import { fault } from "../fault.ts";
import { isObject, parseJson, type Json } from "../json.ts";

type Reply = { [key: string]: Json };

/** What QuickBooks works out itself and does not take from anyone. */
const READ_ONLY = new Set([
  "Id",
  "SyncToken",
  "MetaData",
  "domain",
  "sparse",
  "status",
  "time",
  "Balance",
  "HomeBalance",
  "HomeTotalAmt",
  "RemainingCredit",
  "UnappliedAmt",
  "CurrentBalance",
  "CurrentBalanceWithSubAccounts",
  "BalanceWithJobs",
  "Classification",
  "FullyQualifiedName",
]);

export function readOne(company: Company, kind: EntityKind, id: string | undefined): Reply {
  if (company.profile.lapsed && kind.name !== "CompanyInfo") throw fault("6190");
  if (kind.name === "CompanyInfo") return { CompanyInfo: renderCompanyInfo(company) };
  if (kind.name === "Preferences") return { Preferences: renderPreferences(company) };
  if (id === undefined) throw fault("2020", "Required parameter Id is missing in the request", "Id");
  return { [kind.key]: render(company, kind, existing(company, kind, id)) };
}

/** Create, full and sparse update, delete and void, told apart as Intuit does. */
export function writeOne(company: Company, kind: EntityKind, params: URLSearchParams, text: string): Reply {
  const given = parseJson(text);
  if (!isObject(given)) throw fault("2010", "Request body is no JSON object");
  const inner = given[kind.key];
  return writeGiven(company, kind, operationOf(params), isObject(inner) ? inner : given);
}

function operationOf(params: URLSearchParams): string | null {
  return params.get("include") === "void" ? "void" : (params.get("operation") ?? null);
}

export function writeGiven(company: Company, kind: EntityKind, operation: string | null, given: Record<string, unknown>): Reply {
  if (company.profile.lapsed) throw fault("6190");
  if (kind.family === "setting") throw fault("500", `Writing ${kind.name} is not supported`);
  if (operation === "delete") return deleted(company, kind, current(company, kind, given));
  if (operation === "void") return voidedOne(company, kind, current(company, kind, given));
  if (operation !== null && operation !== "update" && operation !== "create") throw fault("500", `Operation ${operation} is not supported.`);
  const isUpdate = operation === "update" || (operation === null && given["Id"] !== undefined);
  const row = isUpdate ? current(company, kind, given) : undefined;
  const body = parseBody(given);
  const written = row ? update(company, kind.name, row, body, given["sparse"] === true) : create(company, kind.name, body);
  return { [kind.key]: render(company, kind, written) };
}

function voidedOne(company: Company, kind: EntityKind, row: Row): Reply {
  if (!kind.voidable) throw fault("500", `Operation void is not supported for ${kind.name}`);
  return { [kind.key]: render(company, kind, voidOut(company, kind.name, row)) };
}

function deleted(company: Company, kind: EntityKind, row: Row): Reply {
  remove(company, kind.name, row);
  return { [kind.key]: { status: "Deleted", domain: "QBO", Id: row.id } };
}

function existing(company: Company, kind: EntityKind, id: string): Row {
  const row = company.get(kind.name, id);
  if (!row) throw fault("610");
  return row;
}

function current(company: Company, kind: EntityKind, given: Record<string, unknown>): Row {
  const [id, token] = [given["Id"], given["SyncToken"]];
  if (typeof id !== "string" && typeof id !== "number") throw fault("2020", "Required parameter Id is missing in the request", "Id");
  const row = existing(company, kind, String(id));
  if (token === undefined) throw fault("2020", "Required parameter SyncToken is missing in the request", "SyncToken");
  if (token !== String(row.sync) && token !== row.sync) throw fault("5010");
  return row;
}

function parseBody(given: Record<string, unknown>): Body {
  const fields = Object.entries(given).filter(([key, value]) => !READ_ONLY.has(key) && value !== undefined && value !== null);
  const parsed = Body.safeParse(Object.fromEntries(fields));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join(".") ?? "";
  if (issue?.code === "too_big") throw fault("2050", `String length specified does not match the supported length for ${where}`, where);
  if (issue?.code === "invalid_union" || issue?.code === "invalid_format") throw fault("2080", `Invalid value for ${where}`, where);
  throw fault("2010", `Property Name:${where} has an invalid or unsupported value`, where);
}
