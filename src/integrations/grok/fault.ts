export type GrokFaultKind = "key" | "credits" | "throttled" | "invalid" | "unavailable" | "timeout" | "nonsense" | "open";

/** What xAI refused or failed at. `open`: it failed so often that it was not asked. */
export class GrokFault extends Error {
  override readonly name = "GrokFault";
  readonly kind: GrokFaultKind;
  readonly status: number | null;
  /** xAI's own id of the request, for its support. */
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
  constructor(kind: GrokFaultKind, status: number | null, more: { requestId?: string | null; retryAfterSeconds?: number | null; cause?: unknown } = {}) {
    super(`xAI: ${kind} (status ${status ?? "none"})`, more.cause === undefined ? {} : { cause: more.cause });
    this.kind = kind;
    this.status = status;
    this.requestId = more.requestId ?? null;
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
  }

  /** Whether the same request may do better in a moment. */
  get passing(): boolean {
    return this.kind === "unavailable" || this.kind === "throttled" || this.kind === "nonsense";
  }
}

/** What came back where an answer was hoped for. */
export type Raw = { status: number; body: string; requestId: string | null; retryAfter: string | null };

/**
 * xAI's four shapes of an error (flat `{code,error}`, nested `{error:{…}}`, a bare string, `{message}`) by status first.
 * A wrong key is a 400 there and an empty purse a 429: only for these two does the text decide, in xAI's own fixed words.
 */
export function mapXaiError(raw: Raw): GrokFault {
  const said = messageOf(raw.body);
  const seconds = raw.retryAfter !== null && /^\d{1,5}$/.test(raw.retryAfter) ? Number(raw.retryAfter) : null;
  return new GrokFault(kindOf(raw.status, said), raw.status, { requestId: raw.requestId, retryAfterSeconds: seconds });
}

function kindOf(status: number, said: string): GrokFaultKind {
  if (status === 401 || status === 403) return "key";
  if (status === 429 || status === 402) return /credits|spending-limit/i.test(said) || status === 402 ? "credits" : "throttled";
  if (status === 400 && /incorrect api key/i.test(said)) return "key";
  if (status >= 500 || status === 408) return "unavailable";
  if (status >= 400) return "invalid";
  // an error where a stream was promised
  return /credits|spending-limit/i.test(said) ? "credits" : /incorrect api key/i.test(said) ? "key" : "unavailable";
}

/** The message in any of the shapes; nothing of it is shown or logged. */
export function messageOf(body: string): string {
  const parsed = parse(body);
  if (typeof parsed === "string") return parsed;
  if (typeof parsed !== "object" || parsed === null) return "";
  const { error, message, code } = parsed as Record<string, unknown>;
  const inner = typeof error === "object" && error !== null ? (error as Record<string, unknown>)["message"] : error;
  return [inner, message, typeof code === "string" ? code : ""].filter((each) => typeof each === "string").join(" ");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
