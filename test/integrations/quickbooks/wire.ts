/** A wire that ends in the test: what the client sends, and whatever reply it must understand. */
import { expect } from "vitest";
import type { CallInfo } from "../../../src/integrations/quickbooks/call.ts";
import { createQuickBooks, type QuickBooks } from "../../../src/integrations/quickbooks/client.ts";
import { QuickBooksFault } from "../../../src/integrations/quickbooks/faults.ts";

export const ACCESS = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0..secret-access";
export const REFRESH = "AB11734567890secretrefreshtoken";
export const SECRET = "client-secret-never-shown";
export const COMPANY = { realmId: "4620816365", accessToken: ACCESS };
export const NOW = new Date("2026-03-04T10:00:00Z");

export type Answer = { status?: number; headers?: Record<string, string>; body?: string | ReadableStream };

/** A client whose wire ends here: it answers every request with `answer` and keeps what was sent. */
export function wired(answer: Answer | (() => Promise<Response>)): { quickbooks: QuickBooks; sent: Request[]; calls: CallInfo[]; signals: Set<unknown> } {
  const [sent, calls]: [Request[], CallInfo[]] = [[], []];
  const signals = new Set<unknown>();
  const quickbooks = createQuickBooks({
    authorizeUrl: "https://appcenter.example/connect/oauth2",
    tokenUrl: "https://oauth.example/tokens/bearer",
    revokeUrl: "https://developer.example/tokens/revoke",
    apiUrl: "https://api.example/",
    clientId: "client",
    clientSecret: SECRET,
    now: () => NOW,
    onCall: (info) => void calls.push(info),
    fetch: (input, init) => {
      sent.push(new Request(input, init));
      signals.add(init?.signal);
      if (typeof answer === "function") return answer();
      const { status = 200, headers = {}, body = "" } = answer;
      return Promise.resolve(new Response(status === 204 ? null : body, { status, headers: { intuit_tid: "tid-1", ...headers } }));
    },
  });
  return { quickbooks, sent, calls, signals };
}

export const page = { startPosition: 1, maxResults: 1000 };

export async function faultOf(
  answer: Answer | (() => Promise<Response>),
  act = (quickbooks: QuickBooks): Promise<unknown> => quickbooks.query(COMPANY, "Purchase", page),
): Promise<QuickBooksFault> {
  const error: unknown = await act(wired(answer).quickbooks).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof QuickBooksFault)) throw new Error(`expected a fault, got ${String(error)}`);
  for (const secret of [ACCESS, REFRESH, SECRET, btoa(`client:${SECRET}`)])
    expect(JSON.stringify([error, error.message, error.stack, error.detail, error.cause])).not.toContain(secret);
  return error;
}

export const upper = (code: string, detail = "Something's wrong") =>
  JSON.stringify({ Fault: { Error: [{ Message: "m", Detail: detail, code, element: "" }], type: "ValidationFault" }, time: "2026-01-01T00:00:00Z" });
export const lower = (code: string, detail = "d") =>
  JSON.stringify({
    warnings: null,
    fault: { error: [{ message: `errorCode=00${code}`, detail, code, element: null }], type: "AUTHENTICATION" },
    queryResponse: null,
    batchItemResponse: [],
    time: 1730024394085,
  });
export const xml = (code: string, status: number) =>
  `<?xml version="1.0"?><IntuitResponse time="2026" xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE"><Error code="${code}"><Message>message=ThrottleExceeded; errorCode=003001; statusCode=${status}</Message><Detail>The request limit was reached.  Try again later</Detail></Error></Fault></IntuitResponse>`;
