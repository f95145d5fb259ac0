import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { Problem, PROBLEMS } from "../../core/errors.ts";
import { publicPart } from "../../features/auth/access-tokens.ts";
import { checkHealth } from "../../features/operations/check-health.ts";
import { type App, openCtx } from "../context.ts";
import { documentOf } from "../document.ts";
import { showPage } from "../page.ts";
import { createRouter } from "../router.ts";

const PUBLIC = "public, max-age=300";
const ProblemCode = z.enum(Object.keys(PROBLEMS) as [keyof typeof PROBLEMS, ...(keyof typeof PROBLEMS)[]]);

/** What the service says of itself: documents, keys, health. Outside the document. */
export function meta(app: OpenAPIHono<App>): OpenAPIHono<App> {
  const router = createRouter();

  router.get("/openapi.json", (c) =>
    c.json(documentOf(app, openCtx(c).config.API_URL) as object, 200, { "cache-control": PUBLIC, "access-control-allow-origin": "*" }),
  );

  router.get("/docs", (c) => docs(c.env, "index.html"));
  router.get("/docs/:file", (c) => docs(c.env, c.req.param("file")));

  router.get("/.well-known/jwks.json", (c) => c.json({ keys: openCtx(c).config.JWT_KEYS.map(publicPart) }, 200, { "cache-control": PUBLIC }));

  router.get("/errors/:code", async (c) => {
    const code = ProblemCode.safeParse(c.req.param("code"));
    if (!code.success) throw new Problem("not_found", { detail: "There is no such error code." });
    const { title, status, next } = PROBLEMS[code.data];
    c.header("cache-control", PUBLIC);
    return showPage(c, `${status} ${code.data}`, `${title}. ${next}`);
  });

  router.get("/health/live", (c) => c.json({ status: "live" }));
  router.get("/health/ready", async (c) => {
    const health = await checkHealth(openCtx(c));
    const release = openCtx(c).config.RELEASE;
    const body = { status: health.ready ? "ready" : "not ready", ...health.checks, checkedAt: health.checkedAt, ...(release ? { release } : {}) };
    return c.json(body, health.ready ? 200 : 503);
  });
  router.get("/", (c) => c.json({ name: "FinHelm API", docs: "/docs", openapi: "/openapi.json", health: "/health/ready" }));
  return router;
}

/** The reference page and its assets, served by the Worker itself: it loads with the network off. */
async function docs(env: App["Bindings"], file: string): Promise<Response> {
  const asset = await env.ASSETS.fetch(new Request(`https://assets.local/docs/${encodeURIComponent(file === "index.html" ? "" : file)}`));
  if (!asset.ok) throw new Problem("not_found", { detail: "There is nothing at this path." });
  const response = new Response(asset.body, asset);
  // own scripts only; the reference's styles are partly inline, which styles alone may be
  response.headers.set(
    "content-security-policy",
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
  );
  response.headers.set("cache-control", PUBLIC);
  return response;
}
