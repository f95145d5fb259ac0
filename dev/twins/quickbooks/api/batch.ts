import type { Company } from "../company/company.ts";
import { findKind } from "../company/entities.ts";
import { ApiFault, fault } from "../fault.ts";
import { isObject, parseJson, type Json } from "../json.ts";
import { runQuery } from "../query/run.ts";
import { mannerOf, type World } from "../world.ts";
import { changes } from "./cdc.ts";
import { writeGiven } from "./objects.ts";

type Reply = { [key: string]: Json };

const MOST = 30;

/** Each item is answered for itself: a refusal of one is a Fault beside the answers of the others. */
export function runBatch(world: World, company: Company, text: string): Reply {
  const given = parseJson(text);
  const items = isObject(given) ? given["BatchItemRequest"] : undefined;
  if (!Array.isArray(items)) throw fault("2020", "Required parameter BatchItemRequest is missing in the request", "BatchItemRequest");
  if (items.length > MOST) throw fault("2010", `A batch may hold ${MOST} items`, "BatchItemRequest");
  return { BatchItemResponse: items.map((item: unknown) => answered(world, company, item)) };
}

function answered(world: World, company: Company, item: unknown): Reply {
  const fields = isObject(item) ? item : {};
  const bId = typeof fields["bId"] === "string" ? { bId: fields["bId"] } : {};
  try {
    return { ...run(world, company, fields), ...bId };
  } catch (error) {
    if (!(error instanceof ApiFault)) throw error;
    const { message, detail, code, element, type } = error.spec;
    return { ...bId, Fault: { Error: [{ Message: message, Detail: detail, code, element: element ?? "" }], type } };
  }
}

function run(world: World, company: Company, item: Record<string, unknown>): Reply {
  if (typeof item["Query"] === "string") return { QueryResponse: runQuery(company, item["Query"]) };
  const cdc = item["CDCQuery"];
  if (isObject(cdc))
    return { CDCResponse: [{ QueryResponse: changes(company, mannerOf(world, company.realm), textOf(cdc["Entities"]), textOf(cdc["ChangedSince"])) }] };
  for (const [key, value] of Object.entries(item)) {
    const kind = findKind(key);
    if (!kind || !isObject(value)) continue;
    const operation = typeof item["operation"] === "string" ? item["operation"].toLowerCase() : null;
    return writeGiven(company, kind, item["optionsData"] === "void" ? "void" : operation, value);
  }
  throw fault("500", "The batch item names nothing that can be done");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
