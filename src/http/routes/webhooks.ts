import { receiveWebhook } from "../../features/accounts/receive-webhook.ts";
import { openCtx } from "../context.ts";
import { admitAddress } from "../guards/admit.ts";
import { limitBody } from "../guards/limit-body.ts";
import { createRouter } from "../router.ts";

/** Intuit sends at most about a megabyte. */
const BODY_MOST = 2 * 1024 * 1024;

const routes = createRouter();

/**
 * Outside the document: called by Intuit alone, known by its signature over the bytes as they came. Any content type is
 * read, because Intuit sends two. No limit of addresses: Intuit's are few and unknown, and the signature is checked first.
 */
routes.post("/webhooks/quickbooks", admitAddress("none"), limitBody(BODY_MOST, []), async (c) => {
  await receiveWebhook(openCtx(c), new Uint8Array(await c.req.arrayBuffer()), c.req.header("intuit-signature") ?? null);
  return c.body(null, 200);
});

export const webhooks = routes;
