import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono, type Context } from "hono";
import { say, type Said } from "./answer.ts";
import { chatChunks, chatCompletion, readChat } from "./chat.ts";
import { controlRoutes } from "./control.ts";
import { apiKeyCard, createCredentials, mayInfer, meCard, retainsNothing, type Credential } from "./credentials.ts";
import { deliver, Dropped } from "./deliver.ts";
import { Refusal, refusalResponse } from "./errors.ts";
import { eventsOf } from "./events.ts";
import { createJournal, type Entry } from "./journal.ts";
import { isObject, parseJson, stringOf, type Json, type JsonObject } from "./json.ts";
import { findModel, languageModelCard, modelCard, MODELS } from "./models.ts";
import { perform } from "./perform.ts";
import { plan } from "./planner/plan.ts";
import { bad, checkRoundTrips, readAsk, type Ask } from "./request.ts";
import { createScripts } from "./scripts.ts";
import { createStored } from "./stored.ts";
import { countTokens, createPromptCache, promptOf } from "./usage.ts";

type Vars = { credential: Credential };
type C = Context<{ Variables: Vars }>;

type Dialect = {
  readonly read: (json: Json) => Ask;
  readonly whole: (ask: Ask, said: Said) => JsonObject;
  readonly events: (ask: Ask, said: Said) => Iterable<JsonObject>;
};

const RESPONSES: Dialect = { read: readAsk, whole: (_, said) => said.response, events: (_, said) => eventsOf(said.response) };
const CHAT: Dialect = { read: readChat, whole: chatCompletion, events: chatChunks };

/** xAI's API in one process: the wire format is the real one, the mind behind it a set of rules (see README.md). */
export function createGrokTwin(options: { apiKey: string; now?: () => number }): { app: Hono; close(): Promise<void> } {
  const now = options.now ?? Date.now;
  const { authenticate } = createCredentials(options.apiKey);
  const [scripts, journal, stored, cache] = [createScripts(), createJournal(), createStored(), createPromptCache()];
  const closing = new AbortController();

  async function infer(c: C, dialect: Dialect): Promise<Response> {
    const credential = c.get("credential");
    const text = await c.req.text();
    const json = parseJson(text);
    const entry = journal.open(recordOf(c, credential, json ?? text, now()));
    try {
      const reply = await answered(c, credential, text, json, entry, dialect);
      entry.status = reply.status;
      return reply;
    } catch (error) {
      if (error instanceof Refusal) entry.status = error.status;
      if (error instanceof Dropped) {
        entry.aborted = c.req.raw.signal.aborted;
        // an app called without a server has no connection to break: all it can do is throw
        if (hangUp(c)) return RESPONSE_ALREADY_SENT;
      }
      throw error;
    }
  }

  async function answered(c: C, credential: Credential, text: string, json: Json | undefined, entry: Entry, dialect: Dialect): Promise<Response> {
    mayInfer(credential);
    if (text === "" || !(c.req.header("content-type") ?? "").includes("json")) {
      throw new Refusal(415, "Expected request with `Content-Type: application/json`");
    }
    if (json === undefined) throw new Refusal(400, "Failed to parse the request body as JSON");
    const ask = dialect.read(json);
    if (ask.store && retainsNothing(credential)) throw bad("Your team has zero data retention: `store` must be false.");
    const before = ask.previousResponseId === null ? [] : stored.get(credential.key, ask.previousResponseId).conversation;
    const conversation = [...before, ...ask.input];
    checkRoundTrips(conversation);

    const turn = scripts.take(entry.scope);
    entry.source = turn?.output ? "script" : "planner";
    const planned = () => plan(ask, conversation, now());
    const answer = turn ? perform(turn, conversation, planned) : planned();
    const prompt = promptOf(ask, conversation);
    const tokens = countTokens(prompt);
    const cached = Math.min(cache.cachedTokens(`${credential.key} ${ask.promptCacheKey ?? ""}`, prompt), tokens);
    const said = say(ask, answer, { tokens, cached }, now());
    if (ask.store) stored.keep(credential.key, [...conversation, ...(said.response["output"] as JsonObject[])], said.response);
    return deliver({
      stream: ask.stream,
      whole: dialect.whole(ask, said),
      events: () => dialect.events(ask, said),
      turn,
      headers: replyHeaders(credential),
      entry,
      gone: AbortSignal.any([c.req.raw.signal, closing.signal]),
      hangUp: () => hangUp(c),
    });
  }

  const v1 = new Hono<{ Variables: Vars }>();
  v1.use(async (c, next) => {
    c.set("credential", authenticate(c.req.header("authorization")));
    await next();
    if (c.res.headers.has("x-request-id") || c.res === RESPONSE_ALREADY_SENT) return;
    for (const [name, value] of Object.entries(replyHeaders(c.get("credential")))) c.res.headers.set(name, value);
  });
  v1.post("/responses", (c) => infer(c, RESPONSES));
  v1.post("/chat/completions", (c) => infer(c, CHAT));
  v1.get("/responses/:id", (c) => c.json(stored.get(c.get("credential").key, c.req.param("id")).response));
  v1.get("/responses/:id/input_items", (c) => {
    const { conversation } = stored.get(c.get("credential").key, c.req.param("id"));
    return c.json({ object: "list", data: conversation.filter((item) => item["role"] !== "assistant"), has_more: false });
  });
  v1.delete("/responses/:id", (c) => {
    stored.remove(c.get("credential").key, c.req.param("id"));
    return c.json({ id: c.req.param("id"), object: "response", deleted: true });
  });
  v1.get("/models", (c) => c.json({ object: "list", data: MODELS.map(modelCard) }));
  v1.get("/models/:id", (c) => c.json(modelCard(findModel(c.req.param("id")))));
  v1.get("/language-models", (c) => c.json({ models: MODELS.map(languageModelCard) }));
  v1.get("/language-models/:id", (c) => c.json(languageModelCard(findModel(c.req.param("id")))));
  v1.get("/me", (c) => c.json(meCard(c.get("credential"))));
  v1.get("/api-key", (c) => c.json(apiKeyCard(c.get("credential"))));
  for (const path of ["/responses", "/chat/completions", "/models", "/me", "/api-key"]) {
    v1.all(path, () => Promise.reject(new Refusal(405, "Method not allowed")));
  }
  v1.all("*", (c) => Promise.reject(new Refusal(404, `Unknown request URL: ${c.req.method} ${c.req.path}`, { shape: "nested", code: "unknown_url" })));

  const app = new Hono();
  const onError = (error: Error) => {
    const refusal = error instanceof Refusal ? error : new Refusal(500, String(error));
    const reply = refusalResponse(refusal);
    reply.headers.set("x-request-id", randomUUID());
    return reply;
  };
  v1.onError(onError);
  app.onError(onError);
  app.route("/v1", v1);
  app.route("/_control", controlRoutes(scripts, journal));
  return { app, close: async () => closing.abort() };
}

function replyHeaders(credential: Credential): Record<string, string> {
  return { "x-request-id": randomUUID(), "x-zero-data-retention": String(retainsNothing(credential)) };
}

/** Breaks the connection, if there is one. */
function hangUp(c: C): boolean {
  const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>;
  outgoing?.destroy();
  return outgoing !== undefined;
}

function recordOf(c: C, credential: Credential, body: Json, now: number) {
  const { authorization: _secret, ...headers } = c.req.header();
  const fields = isObject(body) ? body : {};
  return {
    at: new Date(now).toISOString(),
    method: c.req.method,
    path: c.req.path,
    headers,
    scope: { apiKey: credential.key, safetyIdentifier: stringOf(fields["safety_identifier"]), promptCacheKey: stringOf(fields["prompt_cache_key"]) },
    body,
  };
}
