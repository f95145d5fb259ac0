import { afterAll, beforeAll, it } from "vitest";
import { CHECKLIST } from "./checklist.ts";
import { data } from "./data.ts";
import { faults } from "./faults.ts";
import { behavioursChecked, isListed, on, raise } from "./harness.ts";
import { keeping } from "./keeping.ts";
import { oauth } from "./oauth.ts";
import { properties } from "./properties.ts";
import { postings } from "./postings.ts";
import { querying } from "./querying.ts";
import { reporting } from "./reporting.ts";
import { webhooks } from "./webhooks.ts";

/** Whether the twin is what the facts say: unpatched clients and bare requests against it, one case for each id. */
beforeAll(raise);
afterAll(async () => {
  process.stdout.write(`QuickBooks twin: ${behavioursChecked()}; ${CHECKLIST.length} points of the checklist\n`);
  await on().close();
});

oauth();
querying();
data();
reporting();
postings();
faults();
webhooks();
keeping();
properties();

it("has a case for each point of the checklist and each row of the faults", ({ expect }) => {
  expect(CHECKLIST.map(({ point, ids }) => [point, ids.length > 0, ids.filter((id) => !isListed(id))])).toEqual(
    CHECKLIST.map(({ point }) => [point, true, []]),
  );
});
