/** What the twin must do, as the facts list it, and the cases by whose ids each point stands or falls. */
import { POSTING_ENTITIES } from "../../known.ts";

const CODES = "100 120 270 500 610 2010 2020 2050 2080 2500 3001 3100 3200 3201 4000 4001 5010 6000 6070 6140 6190 6210 6240 10000".split(" ");
const STATUSES = "400 401 403 404 429 500 503 504".split(" ");
const codes = (...wanted: string[]) => wanted.map((code) => `2.6.${code}`);
const queries = (...wanted: string[]) => wanted.map((name) => `8.data.query.${name}`);

/** Section 8: the checklist of an emulator. */
const EMULATOR: Record<string, string[]> = {
  "a code is used once": ["8.oauth.code-single-use", "8.oauth.code-short-lived"],
  "secrets by Basic and in the body": ["8.oauth.secrets"],
  "the refresh token changes after 24 h, by a clock that moves": ["8.oauth.rotation-24h", "control.clock"],
  "the value before is dead": ["8.oauth.rotation-24h", "1.6.lost-reply"],
  "two refreshes at once revoke the chain, where asked": ["8.oauth.concurrent-overlap", "8.oauth.reuse-revokes", "1.6.window"],
  "3600 s and 101 d": ["8.oauth.access-3600", "8.oauth.idle-101d", "1.3.sizes"],
  "the bodies of invalid_grant and invalid_client": ["8.oauth.code-single-use", "1.6.lost-reply", "1.5.invalid-client"],
  "revoke by JSON and by form": ["8.oauth.revoke-json", "8.oauth.revoke-form"],
  "realmId in the redirect alone": ["8.oauth.realm-in-redirect"],
  "keys of the other environment": ["8.oauth.wrong-env"],
  "every posting entity": POSTING_ENTITIES.map((entity) => `8.data.entity.${entity}`),
  "every posting entity in the ledger": POSTING_ENTITIES.map((entity) => `3.3.${entity}`),
  "SyncToken and MetaData move, of linked documents too": ["8.data.write", "3.4.payment-rewrites-invoice"],
  "the grammar of queries and its leniencies": queries(
    ..."upper-case lower-case orderby order-by metadata no-spaces in like escape count post oldest-first fields".split(" "),
  ),
  "4000 and 4001": ["2.2.error.parse", "2.2.error.or", "2.2.error.start-zero", "2.2.error.too-many", "2.2.error.department", "2.2.error.line-account"],
  "100 rows by default, 1000 at most": ["8.data.page-default"],
  "inactive names are hidden": ["8.data.inactive"],
  "an empty QueryResponse": ["8.data.empty"],
  "the key CreditCardPaymentTxn": ["8.data.ccp-key"],
  "CDC: 30 days, 1000 objects, Deleted": ["8.data.cdc-30d", "8.data.cdc-1000", "8.data.cdc-deleted"],
  batch: ["8.data.batch"],
  "CompanyInfo and Preferences": ["8.data.companyinfo"],
  "profit and loss from its own ledger": ["8.data.pnl"],
  "a void zeroes": ["8.data.void", "2.3.void-include"],
  "5010": ["8.data.stale"],
  "three dialects, and 200 with a Fault": codes(...CODES),
  "429 with Retry-After and without": ["2.7.retry-after"],
  "500 and 503": ["2.6.http.500", "2.6.http.503"],
  "time-outs": ["8.faults.hang"],
  "a connection dropped after the rotation": ["1.6.lost-reply", "8.faults.drop"],
  "both formats of webhooks": ["4.signature", "4.cloudevents"],
  "their signature": ["4.signature", "4.test-event"],
  "several companies in one": ["8.webhooks.mixed"],
  "duplicates, and another order": ["8.webhooks.duplicates"],
  "retries on a schedule, by a scaled clock": ["8.webhooks.retry"],
  "three seconds to answer": ["8.webhooks.deadline"],
  "intuit_tid always": ["8.headers.tid"],
  "Pacific time, on both sides of a change of clocks": ["8.headers.dst"],
};

/** Section 2.6: faults, row by row. */
const FAULTS: Record<string, string[]> = {
  "100, 120, 270, 3200": codes("100", "120", "270", "3200"),
  "3100, 3201": codes("3100", "3201"),
  "610": codes("610", "natural.610"),
  "500": codes("500", "natural.500"),
  "2010, 2020, 2050, 2080, 2500": codes("2010", "2020", "2050", "2080", "2500"),
  "4000, 4001": codes("4000", "4001", "natural.4000", "natural.4001"),
  "5010": codes("5010", "natural.5010"),
  "6000, 6070, 6140, 6210, 6240": codes("6000", "6070", "6140", "6210", "6240"),
  "6190": codes("6190", "natural.6190"),
  "3001, with 403 too": codes("3001", "3001-as-403"),
  "10000": codes("10000"),
  "bare statuses": codes(...STATUSES.map((status) => `http.${status}`)),
};

export const CHECKLIST = [...pointsOf("8", EMULATOR), ...pointsOf("2.6", FAULTS)];

function pointsOf(section: string, points: Record<string, string[]>): { point: string; ids: string[] }[] {
  return Object.entries(points).map(([point, ids]) => ({ point: `${section}: ${point}`, ids }));
}
