/**
 * Everything that QuickBooks can answer instead of what was asked, as one typed error. The kind says what to do and is
 * decided by code, else by status, in the tables below; never by searching a message.
 */
import { z } from "zod";

export type FaultKind =
  /** The access token is not accepted: refresh once, repeat once. */
  | "unauthorized"
  /** Too many calls: wait `retryAfterSeconds`. */
  | "throttled"
  /** The object is deleted or never was. */
  | "not_found"
  /** A newer SyncToken exists: read again. */
  | "stale"
  /** The application or the person may not see this company: stop and tell. */
  | "forbidden"
  /** The company's subscription lapsed: pause. */
  | "company_inactive"
  /** The request is wrong or cannot be served as it is: repeating will not help. */
  | "invalid"
  /** QuickBooks failed or did not answer: repeat later. */
  | "unavailable"
  /** The code or refresh token is dead: read the store again once, then the person must reconnect. */
  | "invalid_grant"
  /** Our client id and secret are wrong. */
  | "invalid_client";

const KIND_OF_CODE: Readonly<Record<string, FaultKind>> = {
  "100": "unauthorized",
  "120": "unauthorized",
  "270": "unauthorized",
  "3200": "unauthorized",
  "3100": "forbidden",
  "3201": "forbidden",
  "610": "not_found",
  "5010": "stale",
  "6190": "company_inactive",
  "3001": "throttled",
  "10000": "unavailable",
  "500": "invalid",
  "2010": "invalid",
  "2020": "invalid",
  "2050": "invalid",
  "2080": "invalid",
  "2500": "invalid",
  "4000": "invalid",
  "4001": "invalid",
  "6000": "invalid",
  "6070": "invalid",
  "6140": "invalid",
  "6210": "invalid",
  "6240": "invalid",
  invalid_grant: "invalid_grant",
  invalid_client: "invalid_client",
  unauthorized_client: "invalid_client",
};

const KIND_OF_STATUS: Readonly<Record<number, FaultKind>> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  408: "unavailable",
  425: "unavailable",
  429: "throttled",
};

/** Intuit promises no Retry-After; its page on limits says to wait a minute. */
const WAIT_SECONDS: Readonly<Partial<Record<FaultKind, number>>> = { throttled: 60, unavailable: 30 };

/** What a call can know about the reply it got; `httpStatus` is null when there was none. */
export type Circumstances = {
  readonly operation: string;
  readonly httpStatus: number | null;
  readonly tid: string | null;
  readonly retryAfterSeconds?: number | undefined;
};

/** A refusal or a failure of QuickBooks. Its message holds code and status only: no text of theirs, no token of ours. */
export class QuickBooksFault extends Error {
  override readonly name = "QuickBooksFault";
  readonly kind: FaultKind;
  /** QuickBooks' code (`3200`), OAuth's (`invalid_grant`), or one of ours for what never got that far (`timeout`). */
  readonly code: string;
  readonly operation: string;
  readonly httpStatus: number | null;
  readonly tid: string | null;
  /** How long to wait before the next call; only for kinds that waiting helps. */
  readonly retryAfterSeconds: number | undefined;
  /** What QuickBooks said, shortened, tokens blotted out. For logs about faults, not for users. */
  readonly detail: string | null;

  constructor(kind: FaultKind, code: string, at: Circumstances, detail: string | null = null) {
    super(`QuickBooks ${at.operation}: ${kind} (code ${code}, status ${at.httpStatus ?? "none"}, tid ${at.tid ?? "none"})`);
    this.kind = kind;
    this.code = code;
    this.operation = at.operation;
    this.httpStatus = at.httpStatus;
    this.tid = at.tid;
    this.retryAfterSeconds = kind in WAIT_SECONDS ? (at.retryAfterSeconds ?? WAIT_SECONDS[kind]) : undefined;
    this.detail = detail === null ? null : redact(detail);
  }
}

export type FaultEntry = { readonly code: string; readonly detail: string | null };

/** The fault of these entries: the first entry with a known code decides, else the status. */
export function faultOf(entries: readonly FaultEntry[], at: Circumstances): QuickBooksFault {
  const entry = entries.find(({ code }) => KIND_OF_CODE[code] !== undefined) ?? entries[0];
  const kind = (entry && KIND_OF_CODE[entry.code]) ?? kindOfStatus(at.httpStatus);
  return new QuickBooksFault(kind, entry?.code ?? `http_${at.httpStatus ?? "none"}`, at, entry?.detail ?? null);
}

function kindOfStatus(status: number | null): FaultKind {
  if (status === null || status >= 500 || (status >= 300 && status < 400)) return "unavailable";
  return KIND_OF_STATUS[status] ?? "invalid";
}

const Entry = z.object({
  code: z.string().nullish(),
  Message: z.string().nullish(),
  message: z.string().nullish(),
  Detail: z.string().nullish(),
  detail: z.string().nullish(),
});
const Fault = z.object({ Error: z.array(Entry).nullish(), error: z.array(Entry).nullish() });
const Reply = z.object({ Fault: Fault.nullish(), fault: Fault.nullish(), error: z.string().nullish(), error_description: z.string().nullish() });

/**
 * The faults that a JSON reply carries, whatever its status: the application's dialect, the gateway's in lower case, and
 * OAuth's. Null for a reply without any; empty for one whose fault is of no known shape.
 */
export function faultsInJson(body: unknown): FaultEntry[] | null {
  const reply = Reply.safeParse(body);
  if (!reply.success) return hasFault(body) ? [] : null;
  const { Fault: upper, fault: lower, error, error_description } = reply.data;
  if (error) return [{ code: error, detail: error_description ?? null }];
  const fault = upper ?? lower;
  if (!fault) return null;
  return (fault.Error ?? fault.error ?? []).map((entry) => ({
    code: plainCode(entry.code),
    detail: entry.Detail ?? entry.detail ?? entry.Message ?? entry.message ?? null,
  }));
}

function hasFault(body: unknown): boolean {
  return typeof body === "object" && body !== null && Object.entries(body).some(([key, value]) => /^(fault|error)$/i.test(key) && value !== null);
}

/** The faults of an XML reply, which QuickBooks' gateway sends even where JSON was asked for. Null when it has none. */
export function faultsInXml(text: string): FaultEntry[] | null {
  if (!/<Fault\b/.test(text)) return null;
  const entries = text.matchAll(/<Error\b[^>]{0,200}?\bcode="([^"]{0,40})"[^>]{0,200}>([\s\S]{0,4000}?)<\/Error>/g);
  return Array.from(entries, ([, code, inner]) => ({ code: plainCode(code), detail: /<Detail>([^<]{0,1000})/.exec(inner ?? "")?.[1] ?? null }));
}

/** `003001` and `3001` are one code. */
function plainCode(code: string | null | undefined): string {
  return code?.replace(/^0+(?=\d)/, "") ?? "none";
}

/** Blots out whatever is long and opaque enough to be a token, and what an ellipsis says was one. */
export function redact(text: string): string {
  return text
    .slice(0, 2_000)
    .replace(/(token[^:]{0,20}:\s*)\S+/gi, "$1[redacted]")
    .replace(/[A-Za-z0-9+/=_.~-]{20,}/g, "[redacted]")
    .slice(0, 300);
}

/** Seconds of a Retry-After header in either of its forms, or undefined. Never more than an hour. */
export function retryAfterOf(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d{1,6}$/.test(header.trim()) ? Number(header) : (Date.parse(header) - now.getTime()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 1), 3600) : undefined;
}
