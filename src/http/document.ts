import type { OpenAPIHono } from "@hono/zod-openapi";
import { SCOPES } from "../core/actor.ts";
import type { App } from "./context.ts";

/** Names the one way to authenticate, for the document. */
export function describe(app: OpenAPIHono<App>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: `An access token of \`POST /auth/login\` (every scope), or an API key (the scopes it was given): ${SCOPES.join(", ")}.`,
  });
}

let document: unknown;

/** The OpenAPI document, made once per isolate. */
export function documentOf(app: OpenAPIHono<App>, url: string): unknown {
  document ??= app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "FinHelm API",
      version: "1.0.0",
      description: "An exact, proven copy of a company's QuickBooks; reports; and answers in plain language whose figures the database computed.",
    },
    servers: [{ url }],
    tags: [
      { name: "auth", description: "Sign up, log in, sessions" },
      { name: "accounts", description: "Linked services and their sync" },
      { name: "transactions", description: "What moved, and by hand" },
      { name: "reports", description: "CSV and figures" },
      { name: "insights", description: "Questions in plain language" },
      { name: "api-keys", description: "Programmatic access" },
      { name: "audit", description: "What happened to your account" },
    ],
  });
  return document;
}
