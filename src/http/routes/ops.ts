import type { MiddlewareHandler } from "hono";
import { Problem } from "../../core/errors.ts";
import { equalSecrets } from "../../core/secret.ts";
import { reseal } from "../../features/operations/reseal.ts";
import { type App, openCtx } from "../context.ts";
import { admitAddress } from "../guards/admit.ts";
import { createRouter } from "../router.ts";

const RESEAL_MOST = 200;

/** Operators alone, by their own token. */
const operator: MiddlewareHandler<App> = async (c, next) => {
  const token = /^Bearer (\S+)$/.exec(c.req.header("authorization") ?? "")?.[1] ?? "";
  if (!(await equalSecrets(token, openCtx(c).config.OPS_TOKEN))) throw new Problem("unauthenticated");
  await next();
};

const routes = createRouter();

/** Outside the document. Seals a batch of values anew under the first key; called until nothing is left. */
routes.post("/ops/reseal", admitAddress("meta"), operator, async (c) => c.json(await reseal(openCtx(c), RESEAL_MOST), 200));

export const ops = routes;
