import type { Json, JsonObject } from "./json.ts";

/** xAI has no single error body: a client must read all four. */
export type ErrorShape = "flat" | "nested" | "string" | "message";

type Options = { code?: string | number; shape?: ErrorShape; param?: string; headers?: Record<string, string> };

/** A request this API turns down. Thrown anywhere in a handler, written by {@link refusalResponse}. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly options: Options;

  constructor(status: number, message: string, options: Options = {}) {
    super(message);
    this.status = status;
    this.options = options;
  }
}

/** The code text that the live API puts beside each status, where one was seen. */
const CODES: Readonly<Record<number, string>> = {
  400: "Client specified an invalid argument",
  401: "The request does not have valid authentication credentials",
  403: "The caller does not have permission to execute the specified operation",
  404: "Some requested entity was not found",
  429: "Some resource has been exhausted",
  500: "Internal error",
  503: "The service is currently unavailable",
};

export function errorBody(status: number, message: string, options: Options = {}): Json {
  const code = options.code ?? CODES[status] ?? "Unknown error";
  switch (options.shape ?? "flat") {
    case "flat":
      return { code, error: message };
    case "nested": {
      const error: JsonObject = { message, type: status < 500 ? "invalid_request_error" : "server_error", code, param: options.param ?? null };
      return { error };
    }
    case "string":
      return message;
    case "message":
      break;
  }
  return { message };
}

export function refusalResponse(refusal: Refusal): Response {
  return Response.json(errorBody(refusal.status, refusal.message, refusal.options), {
    status: refusal.status,
    headers: refusal.options.headers ?? {},
  });
}
