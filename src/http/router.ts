import { OpenAPIHono } from "@hono/zod-openapi";
import type { App } from "./context.ts";
import { invalid } from "./problem.ts";

/** Every router refuses what its schemas do not allow in the same way. */
export function createRouter() {
  return new OpenAPIHono<App>({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.error);
    },
  });
}
