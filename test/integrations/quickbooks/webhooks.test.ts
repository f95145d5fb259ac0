import { describe, expect, it } from "vitest";
import { Problem } from "../../../src/core/errors.ts";
import { parseWebhook, verifyWebhook } from "../../../src/integrations/quickbooks/webhooks.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

const LEGACY =
  '{"eventNotifications":[{"realmId":"310687","dataChangeEvent":{"entities":[{"id":"1234","operation":"Create","name":"Account","lastUpdated":"2025-09-08T20:52:31.657Z"}]}}]}';
const CLOUD =
  '[{"specversion":"1.0","id":"88cd52aa-33b6-4351-9aa4-47572edbd068","source":"intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=","type":"qbo.account.created.v1","datacontenttype":"application/json","time":"2025-09-10T21:31:25.179851517Z","intuitentityid":"1234","intuitaccountid":"310687","data":{}}]';

describe("[I5] a signature", () => {
  const vectors: [string, string, string][] = [
    ["verify_me", '{"stuff":"5"}', "nfPLN16u3vMvv08ghDs+dOkLuirEVDy5wAeG/lmM2OA="],
    ["test-verifier-token", LEGACY, "3MHx8G/KNW1pJR+WQI9qjjovwVE5Z0w/+i6B9rdktkg="],
    ["test-verifier-token", CLOUD, "lJOtR7jgbWKaLG2/sP+YNbC5uE2MxWxCoAPxG8//isU="],
  ];

  it.each(vectors)("by %s of %s is %s", async (token, body, signature) => {
    expect(await verifyWebhook(bytes(body), signature, token)).toBe(true);
    expect(await verifyWebhook(bytes(`${body} `), signature, token)).toBe(false);
    expect(await verifyWebhook(bytes(body), signature, `${token}x`)).toBe(false);
  });

  it("must be there, whole, and ours", async () => {
    const [token, body, signature] = vectors[0] ?? ["", "", ""];
    for (const wrong of [null, "", "=", "%%%", signature.slice(0, 40), `${signature.slice(0, 10)}A${signature.slice(11)}`]) {
      expect(await verifyWebhook(bytes(body), wrong, token)).toBe(false);
    }
    expect(await verifyWebhook(bytes(body), signature, "")).toBe(false);
  });

  it("covers the bytes as they came, not what they mean", async () => {
    const [, body] = vectors[1] ?? ["", ""];
    expect(await verifyWebhook(bytes(JSON.stringify(JSON.parse(body), null, 1)), vectors[1]?.[2] ?? null, "test-verifier-token")).toBe(false);
  });
});

describe("events", () => {
  it("come out of the legacy format", () => {
    expect(parseWebhook(bytes(LEGACY))).toEqual([
      {
        realmId: "310687",
        entity: "Account",
        id: "1234",
        operation: "created",
        at: "2025-09-08T20:52:31.657Z",
        eventId: "310687:Account:1234:Create:2025-09-08T20:52:31.657Z",
        deletedId: null,
      },
    ]);
  });

  it("come out of CloudEvents, nanoseconds and all", () => {
    expect(parseWebhook(bytes(CLOUD))).toEqual([
      {
        realmId: "310687",
        entity: "Account",
        id: "1234",
        operation: "created",
        at: "2025-09-10T21:31:25.179Z",
        eventId: "88cd52aa-33b6-4351-9aa4-47572edbd068",
        deletedId: null,
      },
    ]);
  });

  it("may belong to several companies, and are spelled as the API spells them", () => {
    const event = (realm: string, type: string) => ({
      id: `${realm}${type}`,
      type: `qbo.${type}.v1`,
      time: "2026-01-01T00:00:00Z",
      intuitentityid: "5",
      intuitaccountid: realm,
    });
    const events = parseWebhook(
      bytes(
        JSON.stringify([
          event("1", "salesreceipt.voided"),
          event("2", "billpayment.deleted"),
          event("2", "journalcode.updated"),
          event("2", "invoice.emailed"),
          event("2", "bill.frozen"),
        ]),
      ),
    );
    expect(events.map(({ realmId, entity, operation }) => `${realmId} ${entity} ${operation}`)).toEqual([
      "1 SalesReceipt voided",
      "2 BillPayment deleted",
      "2 journalcode updated",
      "2 Invoice emailed",
      "2 Bill other",
    ]);
  });

  it("tell which name a merge took away", () => {
    const legacy = {
      eventNotifications: [
        {
          realmId: "1",
          dataChangeEvent: { entities: [{ id: "5", operation: "Merge", name: "Vendor", lastUpdated: "2026-01-01T00:00:00-08:00", deletedId: "6" }] },
        },
      ],
    };
    const cloud = [
      { id: "e", type: "qbo.vendor.merged.v1", time: "2026-01-01T08:00:00Z", intuitentityid: "5", intuitaccountid: "1", data: { deletedId: "6" } },
    ];
    for (const body of [legacy, cloud])
      expect(parseWebhook(bytes(JSON.stringify(body)))[0]).toMatchObject({ operation: "merged", id: "5", deletedId: "6", at: "2026-01-01T08:00:00.000Z" });
  });

  it("are not hidden by one that cannot be read", () => {
    const parsed: unknown[] = JSON.parse(CLOUD) as unknown[];
    expect(parseWebhook(bytes(JSON.stringify([null, { type: "other.vendor" }, ...parsed])))).toHaveLength(1);
    expect(parseWebhook(bytes(LEGACY.replace('"entities":[', '"entities":[{"id":"x y"},7,')))).toHaveLength(1);
    expect(parseWebhook(bytes("[]"))).toEqual([]);
  });

  it("are refused as a whole when they are no notification", () => {
    for (const body of ["", "{", "{}", "null", "7", '{"eventNotifications":{}}', '{"eventNotifications":[{"realmId":"x"}]}']) {
      expect(() => parseWebhook(bytes(body))).toThrow(Problem);
    }
    expect(() => parseWebhook(new Uint8Array([0xff, 0xfe, 0x5b, 0x5d]))).toThrow(Problem);
  });
});
