import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import type { Env } from "../src/env.ts";
import worker from "../src/worker.ts";
import { API_URL, freshAddress } from "./person.ts";

/** The same service, where nobody's budget is ever spent: for what asks thousands of times. */
const generous = { ...(env as unknown as Env), USER_UNITS_PER_MINUTE: "6000000" } as Env;

export type Answer = { status: number; type: string; text: string; headers: Headers };

/** One request, and what goes on after its answer. */
export async function ask(
  method: string,
  path: string,
  options: { body?: string | undefined; credential?: string | undefined; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { body, credential } = options;
  const context = createExecutionContext();
  const headers = {
    "cf-connecting-ip": freshAddress(),
    ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...options.headers,
  };
  const init = { method, headers, redirect: "manual" as const, ...(body === undefined ? {} : { body }) };
  const response = await worker.fetch(new Request(`${API_URL}${path}`, init) as never, generous, context);
  const text = await response.text();
  await waitOnExecutionContext(context);
  return { status: response.status, type: response.headers.get("content-type")?.split(";")[0] ?? "", text, headers: response.headers };
}
