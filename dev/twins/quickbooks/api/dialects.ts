import type { FaultSpec } from "../fault.ts";
import { pacific } from "../pacific.ts";

export type Dialect = "upper" | "lower" | "xml";

/** One refusal in the way that the application, the gateway or the XML side of it says so. */
export function faultBody(spec: FaultSpec, dialect: Dialect, now: number): { body: string; type: string } {
  const { code, message, detail, type } = spec;
  const element = spec.element ?? "";
  if (dialect === "upper") {
    return json({ Fault: { Error: [{ Message: message, Detail: detail, code, element }], type }, time: pacific(now, true) });
  }
  if (dialect === "lower") {
    const error = { message, detail, code, element: spec.element ?? null };
    const nothing = { warnings: null, intuitObject: null };
    const rest = {
      report: null,
      queryResponse: null,
      batchItemResponse: [],
      attachableResponse: [],
      syncErrorResponse: null,
      requestId: null,
      time: now,
      status: null,
      cdcresponse: [],
    };
    return json({ ...nothing, fault: { error: [error], type }, ...rest });
  }
  const inner = `<Message>${escape(message)}</Message><Detail>${escape(detail)}</Detail>`;
  const body = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><IntuitResponse time="${pacific(now, true)}" xmlns="http://schema.intuit.com/finance/v3"><Fault type="${escape(type)}"><Error code="${escape(code)}"${element ? ` element="${escape(element)}"` : ""}>${inner}</Error></Fault></IntuitResponse>`;
  return { body, type: "application/xml" };
}

export function faultReply(spec: FaultSpec, dialect: Dialect, now: number, headers: Record<string, string> = {}): Response {
  const { body, type } = faultBody(spec, dialect, now);
  return new Response(body, { status: spec.status, headers: { "content-type": type, ...headers } });
}

/** Refusals of the gateway come in its lower-case dialect, those of the application in its own. */
export function dialectOf(spec: FaultSpec): Dialect {
  return spec.type === "AUTHENTICATION" || spec.type === "SERVICE" ? "lower" : "upper";
}

function json(value: unknown): { body: string; type: string } {
  return { body: JSON.stringify(value), type: "application/json;charset=UTF-8" };
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
