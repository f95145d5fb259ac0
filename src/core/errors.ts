/** Every way a request can fail, and its status. Closed on purpose: a new failure is a new line here. */
export const PROBLEMS = {
  invalid_request: { status: 400, title: "The request is malformed", next: "Read errors[]: each entry points at what to change." },
  invalid_token: { status: 400, title: "The link or code is not valid", next: "Ask for a new one; links are used once and expire." },
  unauthenticated: { status: 401, title: "Authentication is required", next: "Send an access token or an API key as a Bearer token." },
  email_unverified: { status: 403, title: "The e-mail address is not verified", next: "Open the link in the mail, or ask for another one." },
  code_required: {
    status: 403,
    title: "A code of the second factor is required",
    next: "Send the code of your authenticator app, or a backup code: at log-in as `code`, elsewhere in the header TOTP-Code.",
  },
  forbidden: { status: 403, title: "The credential lacks the required scope", next: "Use a credential that has the scope named in detail." },
  not_found: { status: 404, title: "No such resource", next: "Check the id; it may have been removed." },
  method_not_allowed: { status: 405, title: "The method is not allowed here", next: "Use a method named in the Allow header." },
  conflict: { status: 409, title: "The request conflicts with the current state", next: "Read the resource again, then decide." },
  gone: { status: 410, title: "The link has expired", next: "Read the resource again for a fresh link." },
  too_large: { status: 413, title: "The body is too large", next: "Send less at once." },
  unsupported_media_type: { status: 415, title: "The content type is not supported", next: "Send application/json." },
  key_reused: { status: 422, title: "The Idempotency-Key was used with another body", next: "Use a new key for a new request." },
  rate_limited: { status: 429, title: "Too many requests", next: "Wait as long as Retry-After says." },
  budget_spent: { status: 429, title: "The day's budget for questions is spent", next: "Ask again after the time named in detail." },
  internal: { status: 500, title: "Something went wrong on our side", next: "Try again; if it stays, report the requestId." },
  upstream_refused: { status: 502, title: "A provider refused the request", next: "Read detail; reconnecting the account often helps." },
  unavailable: { status: 503, title: "A part of the service is unavailable", next: "Try again as Retry-After says; nothing was changed." },
} as const;
export type ProblemCode = keyof typeof PROBLEMS;

/** One thing wrong with the input: a JSON pointer into what was sent, and what is wrong there. */
export type InputError = { pointer: string; detail: string };

type Options = { detail?: string; cause?: unknown; retryAfterSeconds?: number; errors?: readonly InputError[]; allow?: readonly string[] };

/** A failure that was anticipated. Anything else that is thrown is a bug and becomes `internal`. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  /** Shown to the caller. */
  readonly detail: string | undefined;
  /** Sent as Retry-After, and the least delay of a queue retry. */
  readonly retryAfterSeconds: number | undefined;
  readonly errors: readonly InputError[] | undefined;
  /** The methods that exist, of `method_not_allowed`. */
  readonly allow: readonly string[] | undefined;

  constructor(code: ProblemCode, options: Options = {}) {
    // the cause is logged, never sent
    super(options.detail ?? PROBLEMS[code].title, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.errors = options.errors;
    this.allow = options.allow;
  }

  get status() {
    return PROBLEMS[this.code].status;
  }
}

/** The anticipated failure in an error or in its causes (drizzle wraps what a query throws), else null. */
export function problemIn(error: unknown, depth = 4): Problem | null {
  if (error instanceof Problem) return error;
  return error instanceof Error && depth > 0 ? problemIn(error.cause, depth - 1) : null;
}
