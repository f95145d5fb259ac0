import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono, type Context } from "hono";
import type { Company } from "../company/company.ts";
import { findKind } from "../company/entities.ts";
import { ApiFault, fault } from "../fault.ts";
import type { Json } from "../json.ts";
import { pacific } from "../pacific.ts";
import { mannerOf, type World } from "../world.ts";
import { runBatch } from "./batch.ts";
import { changes } from "./cdc.ts";
import { dialectOf, faultReply } from "./dialects.ts";
import { readOne, writeOne } from "./objects.ts";
import { runReport } from "../reports/run.ts";
import { runQuery } from "../query/run.ts";
import { rateOn } from "../company/complete.ts";
import { spoiled } from "./spoil.ts";
import { toXml } from "./xml.ts";

/** One request, read once. */
export type Request = {
  readonly realm: string;
  readonly method: string;
  readonly path: readonly string[];
  readonly params: URLSearchParams;
  readonly text: string;
  readonly json: boolean;
};

/** The data API of all companies: every call is counted, may meet a fault, is authenticated, throttled, answered. */
export function dataRoutes(world: World): Hono {
  const app = new Hono();
  app.all("/:realm/*", async (c) => {
    const request = await read(c);
    const [operation, entity, statement] = describe(request);
    const moment = { realm: request.realm, target: "api" as const, method: request.method, operation, entity, statement };
    const call = world.calls.open({ ...moment, at: world.clock.base() });
    const reply = await spoiled(world, c, call, world.faults.meet(moment), async () => {
      const answered = answer(world, request, c.req.header("authorization"));
      call.throttled = answered.throttled;
      return answered.reply;
    }).finally(() => world.calls.close(call));
    call.status = reply.status;
    if (reply !== RESPONSE_ALREADY_SENT) stamp(world, reply, request.realm);
    return reply;
  });
  return app;
}

async function read(c: Context): Promise<Request> {
  const url = new URL(c.req.url);
  const at = url.pathname.indexOf("/v3/company/");
  const [realm = "", ...path] = url.pathname
    .slice(at + "/v3/company/".length)
    .split("/")
    .map(decodeURIComponent);
  const accept = c.req.header("accept") ?? "";
  const json = accept.includes("json") || url.searchParams.get("format") === "json";
  return { realm, method: c.req.method, path: path.filter(Boolean), params: url.searchParams, text: c.req.method === "POST" ? await c.req.text() : "", json };
}

/** What a call is about, for counters and faults. */
function describe({ path, params, text, method }: Request): [string, string | null, string | null] {
  const first = (path[0] ?? "").toLowerCase();
  if (first === "query") {
    const statement = params.get("query") ?? text;
    return ["query", /\bfrom\s+(\w+)/i.exec(statement)?.[1] ?? null, statement.slice(0, 1000)];
  }
  if (first === "reports") return [`reports/${path[1] ?? ""}`, null, null];
  if (first === "cdc") return ["cdc", params.get("entities"), null];
  const kind = findKind(first);
  return [method === "POST" && kind ? `${first}:${params.get("operation") ?? "write"}` : first, kind?.name ?? null, null];
}

function answer(world: World, request: Request, authorization: string | undefined): { reply: Response; throttled: boolean } {
  const { realm } = request;
  const now = world.clock.now(realm);
  try {
    const company = admitted(world, realm, authorization);
    const limits = world.throttle.limits(realm);
    if (!world.throttle.admit(realm, limits.clock === "real" ? world.clock.base() : now, request.path[0] === "batch")) {
      const { spec } = fault("3001");
      const headers: Record<string, string> = limits.retryAfter === null ? {} : { "retry-after": String(limits.retryAfter) };
      const message = spec.message.replace("429", String(limits.status));
      return { reply: faultReply({ ...spec, message, status: limits.status }, limits.dialect, now, headers), throttled: true };
    }
    return { reply: once(world, request, () => send(request, dispatch(world, company, request), now)), throttled: false };
  } catch (error) {
    if (!(error instanceof ApiFault)) throw error;
    const dialect = request.json ? dialectOf(error.spec) : "xml";
    return { reply: faultReply(error.spec, dialect, now), throttled: false };
  }
}

/** Whose call it is, in the gateway's order: the token, then the app, then the person. */
function admitted(world: World, realm: string, authorization: string | undefined): Company {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? "")?.[1];
  const found = token === undefined ? undefined : world.chains.byAccess(token);
  if (!found || found.chain.revoked) throw fault("3200", "Token rejected");
  if (world.clock.now("oauth") >= found.until) throw fault("3200", `Token expired: ${token?.slice(0, 4) ?? ""}`);
  const company = world.companies.get(realm);
  const manner = mannerOf(world, realm);
  if (!company || found.chain.realm !== realm || manner.environment === "production") throw fault("3100");
  if (!manner.userMayRead) throw fault("3201");
  return company;
}

function dispatch(world: World, company: Company, request: Request): { [key: string]: Json } {
  const { path, params, method, text } = request;
  const [first = "", second] = [path[0]?.toLowerCase(), path[1]];
  if (first === "query") return { QueryResponse: runQuery(company, params.get("query") ?? text) };
  if (first === "cdc")
    return {
      CDCResponse: [{ QueryResponse: changes(company, mannerOf(world, request.realm), params.get("entities") ?? "", params.get("changedSince") ?? "") }],
    };
  if (first === "batch" && method === "POST") return runBatch(world, company, text);
  if (first === "reports") return runReport(company, second ?? "", params);
  if (first === "exchangerate") return exchangeRate(company, params);
  const kind = findKind(first);
  if (!kind) throw fault("500", `Operation ${first} is not supported.`);
  return method === "POST" ? writeOne(company, kind, params, text) : readOne(company, kind, second);
}

function exchangeRate(company: Company, params: URLSearchParams): { [key: string]: Json } {
  const code = (params.get("sourcecurrencycode") ?? "").toUpperCase();
  const date = params.get("asofdate") ?? pacific(company.now()).slice(0, 10);
  if (code !== company.profile.home && company.profile.rates[code] === undefined) throw fault("2500", `Invalid Reference Id : currency ${code} is not in use`);
  return {
    ExchangeRate: {
      SourceCurrencyCode: code,
      TargetCurrencyCode: company.profile.home,
      Rate: rateOn(company, code, date),
      AsOfDate: date,
      MetaData: { LastUpdatedTime: pacific(company.now()) },
    },
  };
}

/** A request with a `requestid` seen before gets the first answer again. */
function once(world: World, request: Request, make: () => Response | { status: number; body: string; type: string }): Response {
  const id = request.params.get("requestid");
  const key = `${request.realm}:${id ?? ""}`;
  const known = id === null || request.method !== "POST" ? undefined : world.answered.get(key);
  if (known) return new Response(known.body, { status: known.status, headers: { "content-type": "application/json;charset=UTF-8" } });
  const made = make();
  if (made instanceof Response) return made;
  if (id !== null && request.method === "POST") world.answered.set(key, made);
  return new Response(made.body, { status: made.status, headers: { "content-type": made.type } });
}

function send(request: Request, reply: { [key: string]: Json }, now: number): { status: number; body: string; type: string } {
  const whole = request.path[0] === "reports" ? reply : { ...reply, time: pacific(now, true) };
  return request.json
    ? { status: 200, body: JSON.stringify(whole), type: "application/json;charset=UTF-8" }
    : { status: 200, body: toXml(whole), type: "application/xml" };
}

function stamp(world: World, reply: Response, realm: string): void {
  const headers = {
    intuit_tid: world.tid(),
    "qbo-version": "1975.201",
    server: "nginx",
    date: new Date(world.clock.now(realm)).toUTCString(),
    expires: "0",
    "cache-control": "no-cache, no-store",
  };
  for (const [name, value] of Object.entries(headers)) reply.headers.set(name, value);
}
