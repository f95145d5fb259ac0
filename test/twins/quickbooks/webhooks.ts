import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect } from "vitest";
import { bodyOf, sign } from "../../../dev/twins/quickbooks/webhooks/formats.ts";
import { APP, behaviour, company, type Json, type Row, on, text } from "./harness.ts";

type Post = { body: string; signature: string | undefined; type: string | undefined };

/** An app's webhook address that answers as it is told. */
async function listening(answer: (n: number) => number | null, use: (posts: Post[]) => Promise<void>): Promise<void> {
  const posts: Post[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const signature = request.headers["intuit-signature"];
      posts.push({ body, signature: typeof signature === "string" ? signature : undefined, type: request.headers["content-type"] });
      const status = answer(posts.length);
      if (status !== null) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // safe: a TCP server's address is of this kind
  on().twin.control.configureWebhooks({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    format: "legacy",
    timeScale: 0.001,
    deadlineMs: 3000,
    maxEvents: 100,
    unconnected: true,
    maxTries: 12,
  });
  try {
    await use(posts);
  } finally {
    on().twin.control.configureWebhooks({ url: null });
    server.closeAllConnections();
    server.close();
  }
}

const vendor = (realm: string, DisplayName: string) => on().twin.control.write(realm, { entity: "Vendor", body: { DisplayName } });

export function webhooks(): void {
  describe("webhooks", () => {
    formats();
    merging();
    delivering();
    retrying();
  });
}

function formats(): void {
  behaviour(
    "4.signature",
    ["captured traffic", "seen with the real client"],
    "signs the raw body with HMAC-SHA256 in base64: the published vectors",
    async () => {
      expect(sign('{"stuff":"5"}', "verify_me")).toBe("nfPLN16u3vMvv08ghDs+dOkLuirEVDy5wAeG/lmM2OA=");
      const event = { realm: "310687", entity: "Account", id: "1234", operation: "Create", at: Date.parse("2025-09-08T20:52:31.657Z"), n: 1 } as const;
      const legacy = bodyOf([event], "legacy");
      expect(legacy).toBe(
        '{"eventNotifications":[{"realmId":"310687","dataChangeEvent":{"entities":[{"id":"1234","operation":"Create","name":"Account","lastUpdated":"2025-09-08T20:52:31.657Z"}]}}]}',
      );
      expect(sign(legacy, "test-verifier-token")).toBe("3MHx8G/KNW1pJR+WQI9qjjovwVE5Z0w/+i6B9rdktkg=");
      return Promise.resolve();
    },
  );
  behaviour("4.cloudevents", "Intuit's page", "speaks CloudEvents: type, realm, nanosecond time, empty data", async () => {
    const realm = company({ template: "empty" });
    await listening(
      () => 200,
      async (posts) => {
        on().twin.control.configureWebhooks({ format: "cloudevents", contentType: "application/cloudevents+json" });
        vendor(realm, "Acme");
        await on().twin.control.deliverWebhooks({ realms: [realm] });
        const events = JSON.parse(posts[0]?.body ?? "[]") as Record<string, unknown>[];
        expect(posts[0]?.type).toBe("application/cloudevents+json");
        expect(events[0]).toMatchObject({
          specversion: "1.0",
          type: "qbo.vendor.created.v1",
          intuitaccountid: realm,
          datacontenttype: "application/json",
          data: {},
        });
        expect(events[0]?.["time"]).toMatch(/\.\d{9}Z$/);
        expect(posts[0]?.signature).toBe(
          createHmac("sha256", APP.webhookToken)
            .update(posts[0]?.body ?? "")
            .digest("base64"),
        );
      },
    );
    on().twin.control.configureWebhooks({ contentType: "application/json" });
  });
  behaviour("4.operations", "Intuit's page", "tells Create, Update, Void and Delete, and nothing of card payments", async () => {
    const realm = company();
    await listening(
      () => 200,
      async (posts) => {
        const { control } = on().twin;
        const made = control.write(realm, { entity: "Vendor", body: { DisplayName: "Op" } }) as Json;
        control.write(realm, {
          entity: "Vendor",
          operation: "update",
          body: { Id: text((made as { Vendor?: { Id?: string } }).Vendor?.Id), sparse: true, DisplayName: "Op 2" },
        });
        const customer = { value: text(control.documents(realm, "Customer").rows[0]?.["Id"]) };
        const item = { value: text(control.documents(realm, "Item").rows.find((row) => row["Type"] === "Service")?.["Id"]) };
        const Line = [{ Amount: 10, DetailType: "SalesItemLineDetail", SalesItemLineDetail: { ItemRef: item } }];
        const sold = control.write(realm, { entity: "Invoice", body: { CustomerRef: customer, Line } }) as { Invoice?: { Id?: string } };
        control.write(realm, { entity: "Invoice", operation: "void", body: { Id: text(sold.Invoice?.Id) } });
        const bill = control.documents(realm, "Bill").rows.find((row) => Number(row["Balance"]) > 0);
        control.write(realm, { entity: "Bill", operation: "delete", body: { Id: text(bill?.["Id"]) } });
        const card = control.documents(realm, "CreditCardPayment").rows[0];
        control.write(realm, { entity: "CreditCardPayment", operation: "delete", body: { Id: text(card?.["Id"]) } });
        await control.deliverWebhooks({ realms: [realm] });
        const entities = (JSON.parse(posts[0]?.body ?? "{}") as Json).eventNotifications?.[0]?.dataChangeEvent.entities ?? [];
        const told = entities.map(({ name, operation }) => `${name} ${operation}`);
        expect(told).toEqual(expect.arrayContaining(["Vendor Create", "Vendor Update", "Invoice Void", "Bill Delete"]));
        expect(told.join()).not.toContain("CreditCard");
      },
    );
  });
}

function merging(): void {
  behaviour("3.4.merge", "Intuit's page", "tells a merge with the id that is gone, and moves what referred to it", async () => {
    const realm = company();
    await listening(
      () => 200,
      async (posts) => {
        const { control } = on().twin;
        const bill = control.documents(realm, "Bill").rows[0] as unknown as Row & { VendorRef: { value: string } };
        const into = control.documents(realm, "Vendor").rows.find((row) => row["Id"] !== bill.VendorRef.value);
        control.write(realm, { entity: "Vendor", operation: "merge", body: { Id: bill.VendorRef.value, into: text(into?.["Id"]) } });
        await control.deliverWebhooks({ realms: [realm] });
        expect(posts.map(({ body }) => body).join()).toContain(`"operation":"Merge","name":"Vendor","lastUpdated"`);
        expect(posts.map(({ body }) => body).join()).toContain(`"deletedId":"${bill.VendorRef.value}"`);
        expect(control.documents(realm, "Bill").rows.some((row) => JSON.stringify(row["VendorRef"]).includes(`"${bill.VendorRef.value}"`))).toBe(false);
      },
    );
  });
}

function delivering(): void {
  behaviour("8.webhooks.mixed", "Intuit's page", "mixes companies in one POST, up to 100 events", async () => {
    const [a, b] = [company({ template: "empty" }), company({ template: "empty" })];
    await listening(
      () => 200,
      async (posts) => {
        for (let n = 0; n < 60; n++) for (const realm of [a, b]) vendor(realm, `V${n}`);
        expect(await on().twin.control.deliverWebhooks({ realms: [a, b] })).toEqual({ posts: 2, acknowledged: 2 });
        expect((JSON.parse(posts[0]?.body ?? "{}") as Json).eventNotifications?.length).toBe(2);
      },
    );
  });
  behaviour("8.webhooks.duplicates", "Intuit's page", "delivers the same body twice, and events in another order", async () => {
    const realm = company({ template: "empty" });
    await listening(
      () => 200,
      async (posts) => {
        for (let n = 0; n < 12; n++) vendor(realm, `D${n}`);
        await on().twin.control.deliverWebhooks({ realms: [realm], copies: 2, reorder: 3 });
        expect(posts).toHaveLength(2);
        expect(posts[0]?.body).toBe(posts[1]?.body);
        const ids = ((JSON.parse(posts[0]?.body ?? "{}") as Json).eventNotifications?.[0]?.dataChangeEvent.entities ?? []).map(({ id }) => Number(id));
        expect(ids).not.toEqual(ids.toSorted((x, y) => x - y));
      },
    );
  });
  behaviour("4.connected-only", "Intuit's page", "tells only of companies that an app is connected to", async () => {
    const realm = company({ template: "empty" });
    await listening(
      () => 200,
      async () => {
        on().twin.control.configureWebhooks({ unconnected: false });
        vendor(realm, "Silent");
        expect(on().twin.control.webhooks(realm).pending).toHaveLength(0);
        on().twin.control.connect(realm);
        vendor(realm, "Told");
        expect(on().twin.control.webhooks(realm).pending).toHaveLength(1);
        await on().twin.control.deliverWebhooks({ realms: [realm] });
      },
    );
  });
  behaviour("4.test-event", "Intuit's page", "sends a test event of a company nobody knows, wrongly signed on demand", async () => {
    await listening(
      () => 200,
      async (posts) => {
        on().twin.control.sampleWebhook({});
        await on().twin.control.deliverWebhooks({ realms: ["310687"], signature: "wrong" });
        expect(posts[0]?.body).toContain("310687");
        expect(posts[0]?.signature).not.toBe(sign(posts[0]?.body ?? "", APP.webhookToken));
      },
    );
  });
}

function retrying(): void {
  behaviour("8.webhooks.retry", "Intuit's page", "tries again after 10, 20 and 30 seconds (scaled) and holds what follows until then", async () => {
    const realm = company({ template: "empty" });
    await listening(
      (n) => (n < 4 ? 500 : 200),
      async (posts) => {
        on().twin.control.configureWebhooks({ timeScale: 0.002 });
        vendor(realm, "First");
        const first = on().twin.control.deliverWebhooks({ realms: [realm] });
        vendor(realm, "Second");
        const second = on().twin.control.deliverWebhooks({ realms: [realm] });
        expect([await first, await second]).toEqual([
          { posts: 1, acknowledged: 1 },
          { posts: 0, acknowledged: 0 },
        ]);
        expect(posts).toHaveLength(4);
        const tries = on().twin.control.webhooks().deliveries.slice(-4);
        expect(tries.map(({ try: n, status }) => [n, status])).toEqual([
          [1, 500],
          [2, 500],
          [3, 500],
          [4, 200],
        ]);
        const [a, b, c, d] = tries.map(({ at }) => at);
        expect((b ?? 0) - (a ?? 0)).toBeGreaterThanOrEqual(18);
        expect((c ?? 0) - (b ?? 0)).toBeGreaterThanOrEqual(38);
        expect((d ?? 0) - (c ?? 0)).toBeGreaterThanOrEqual(58);
      },
    );
  });
  behaviour("8.webhooks.deadline", "Intuit's page", "takes no answer within the deadline (3 s, here shorter) for none", async () => {
    const realm = company({ template: "empty" });
    await listening(
      (n) => (n === 1 ? null : 200),
      async (posts) => {
        on().twin.control.configureWebhooks({ deadlineMs: 100 });
        vendor(realm, "Slow");
        await on().twin.control.deliverWebhooks({ realms: [realm] });
        expect(posts).toHaveLength(2);
        expect(on().twin.control.webhooks().deliveries.at(-2)?.status).toBeNull();
      },
    );
  });
}
