import { z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { Problem } from "../../core/errors.ts";
import { equalSecrets } from "../../core/secret.ts";
import { checkProviders } from "../../features/operations/check-providers.ts";
import { dropDeadLetter, getDeadLetter, listDeadLetters, replayDeadLetter } from "../../features/operations/dead-letters.ts";
import { reseal } from "../../features/operations/reseal.ts";
import { serviceFacts } from "../../features/operations/service-facts.ts";
import { type App, openCtx } from "../context.ts";
import { admitAddress } from "../guards/admit.ts";
import { metricsText, OPENMETRICS } from "../metrics-text.ts";
import { createRouter } from "../router.ts";

const RESEAL_MOST = 200;

/** By a token of the configuration alone. */
const bearer =
  (name: "OPS_TOKEN" | "METRICS_TOKEN"): MiddlewareHandler<App> =>
  async (c, next) => {
    const token = /^Bearer (\S+)$/.exec(c.req.header("authorization") ?? "")?.[1] ?? "";
    if (!(await equalSecrets(token, openCtx(c).config[name]))) throw new Problem("unauthenticated");
    await next();
  };
const guards = [admitAddress("meta"), bearer("OPS_TOKEN")] as const;

const idOf = (text: string | undefined): string => {
  const id = z.uuid().safeParse(text);
  if (!id.success) throw new Problem("not_found", { detail: "There is no such dead letter." });
  return id.data;
};

const routes = createRouter();

// Outside the document. Each deed, and each reading of the list of dead letters, is in the trail of the service.

/** Seals a batch of values anew under the first key; called until nothing is left. */
routes.post("/ops/reseal", ...guards, async (c) => c.json(await reseal(openCtx(c), RESEAL_MOST), 200));
routes.get("/ops/health", ...guards, async (c) => c.json(await checkProviders(openCtx(c)), 200));
routes.get("/ops/dead-letters", ...guards, async (c) => {
  const before = c.req.query("before");
  return c.json({ data: await listDeadLetters(openCtx(c), before === undefined ? null : idOf(before)) }, 200);
});
routes.get("/ops/dead-letters/:id", ...guards, async (c) => c.json(await getDeadLetter(openCtx(c), idOf(c.req.param("id"))), 200));
routes.post("/ops/dead-letters/:id/replay", ...guards, async (c) => c.json(await replayDeadLetter(openCtx(c), idOf(c.req.param("id"))), 200));
routes.delete("/ops/dead-letters/:id", ...guards, async (c) => c.json(await dropDeadLetter(openCtx(c), idOf(c.req.param("id"))), 200));

routes.get("/metrics", admitAddress("meta"), bearer("METRICS_TOKEN"), async (c) => {
  const { RELEASE, ENVIRONMENT } = openCtx(c).config;
  const build = { name: "build_info", label: RELEASE ?? ENVIRONMENT, value: "1" };
  return c.body(metricsText([build, ...(await serviceFacts(openCtx(c)))]), 200, { "content-type": OPENMETRICS });
});

export const ops = routes;
