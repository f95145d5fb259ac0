import { isObject } from "../json.ts";
import { escape } from "./dialects.ts";

/** What is sent to whoever does not ask for JSON. */
export function toXml(reply: Record<string, unknown>): string {
  const { time, ...rest } = reply;
  const inner = Object.entries(rest)
    .map(([key, value]) => element(key, value))
    .join("");
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><IntuitResponse xmlns="http://schema.intuit.com/finance/v3" time="${escape(String(time))}">${inner}</IntuitResponse>`;
}

function element(key: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((one: unknown) => element(key, one)).join("");
  if (!isObject(value)) return `<${key}>${escape(String(value))}</${key}>`;
  if (typeof value["value"] === "string") {
    const name = typeof value["name"] === "string" ? ` name="${escape(value["name"])}"` : "";
    return `<${key}${name}>${escape(value["value"])}</${key}>`;
  }
  return `<${key}>${Object.entries(value)
    .map(([inner, one]) => element(inner, one))
    .join("")}</${key}>`;
}
