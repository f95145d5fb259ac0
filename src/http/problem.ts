import type { Context } from "hono";
import { z } from "@hono/zod-openapi";
import { errorFields, log } from "../core/log.ts";
import { Problem, problemIn, PROBLEMS, type ProblemCode } from "../core/errors.ts";
import { SealError } from "../core/secret.ts";
import { noteTampered } from "../features/audit/note-tampered.ts";
import { onBehalf } from "../runtime.ts";
import type { App } from "./context.ts";

/** RFC 9457. The one shape of every failure. */
export const ProblemBody = z
  .strictObject({
    type: z.string().openapi({ example: "/errors/not_found" }),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().optional(),
    requestId: z.string(),
    errors: z.array(z.strictObject({ pointer: z.string().openapi({ example: "/amount" }), detail: z.string() })).optional(),
  })
  .openapi("Problem");

/** Answers with a problem. What was not anticipated becomes `internal`, is logged with its cause, and shows nothing of it. */
export function problemResponse(c: Context<App>, error: unknown): Response {
  const isTampered = error instanceof SealError;
  const problem = problemIn(error) ?? (isTampered ? new Problem("unavailable", { retryAfterSeconds: TAMPERED_RETRY_SECONDS, cause: error }) : bugOf(error));
  if (isTampered) noteTampering(c);
  // where the configuration is refused there are no services, and the failure must be seen all the same
  const say = c.get("services")?.log ?? log;
  c.set("problem", problem.code);
  if (problem.status >= 500) say("error", "request.failed", { code: problem.code, ...errorFields(problem.cause ?? problem) });
  // what was anticipated (a provider that is down) is counted; what was not is a bug, and somebody must look
  if (problem.code === "internal" || isTampered) report(c, problem.cause ?? problem);
  if (problem.retryAfterSeconds !== undefined) c.header("retry-after", String(problem.retryAfterSeconds));
  if (problem.allow) c.header("allow", problem.allow.join(", "));
  if (problem.code === "unauthenticated") c.header("www-authenticate", 'Bearer error="invalid_token"');
  return c.body(JSON.stringify(bodyOf(problem, c.get("requestId"))), problem.status, { "content-type": "application/problem+json" });
}

const TAMPERED_RETRY_SECONDS = 60;
const bugOf = (cause: unknown) => new Problem("internal", { cause });

/** A sealed value of the caller's that does not open was moved or changed by somebody: it is in their trail. */
function noteTampering(c: Context<App>): void {
  const actor = c.get("actor");
  const services = c.get("services");
  if (actor) services.later(noteTampered(onBehalf(services, actor), c.req.routePath));
}

function report(c: Context<App>, error: unknown): void {
  const services = c.get("services");
  const userId = c.get("actor")?.userId;
  services?.later(services.report(error, { entrance: "fetch", name: c.req.routePath, requestId: services.requestId, ...(userId ? { userId } : {}) }));
}

function bodyOf(problem: Problem, requestId: string): z.infer<typeof ProblemBody> {
  const { title, status } = PROBLEMS[problem.code];
  return {
    type: `/errors/${problem.code}`,
    title,
    status,
    code: problem.code,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    requestId,
    ...(problem.errors ? { errors: [...problem.errors] } : {}),
  };
}

/** The failures of an operation, for the document: one entry a status, naming its codes. */
export function problemResponses(codes: readonly ProblemCode[]) {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) byStatus.set(PROBLEMS[code].status, [...(byStatus.get(PROBLEMS[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [
      status,
      { description: of.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join("; "), content: { "application/problem+json": { schema: ProblemBody } } },
    ]),
  );
}

/** A zod failure as a problem: each issue points at its place in what was sent. */
export function invalid(error: z.ZodError): Problem {
  return new Problem("invalid_request", {
    detail: "The request does not fit the documented shape.",
    errors: error.issues.slice(0, 50).flatMap((issue) => {
      const at = issue.path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
      if (issue.code === "unrecognized_keys") return issue.keys.map((key) => ({ pointer: `${at}/${key}`, detail: "is not a known field" }));
      return [{ pointer: at, detail: issue.message }];
    }),
  });
}
