import { createHash, createHmac } from "node:crypto";
import { findKind } from "../company/entities.ts";
import type { Operation } from "../company/company.ts";

export type Event = {
  readonly realm: string;
  readonly entity: string;
  readonly id: string;
  readonly operation: Operation | "Emailed";
  readonly at: number;
  readonly deletedId?: string | undefined;
  readonly n: number;
};
export type Format = "legacy" | "cloudevents";

const VERBS: Readonly<Record<Event["operation"], string>> = {
  Create: "created",
  Update: "updated",
  Delete: "deleted",
  Void: "voided",
  Merge: "merged",
  Emailed: "emailed",
};

/** The body of one POST. Events of several companies may stand in one. */
export function bodyOf(events: readonly Event[], format: Format): string {
  return JSON.stringify(format === "legacy" ? legacy(events) : events.map(cloudEvent));
}

function legacy(events: readonly Event[]): object {
  const byRealm = Map.groupBy(events, ({ realm }) => realm);
  const eventNotifications = [...byRealm].map(([realmId, own]) => ({
    realmId,
    dataChangeEvent: {
      entities: own.map(({ id, operation, entity, at, deletedId }) => ({
        id,
        operation,
        name: entity,
        lastUpdated: new Date(at).toISOString(),
        ...(deletedId === undefined ? {} : { deletedId }),
      })),
    },
  }));
  return { eventNotifications };
}

function cloudEvent({ realm, entity, id, operation, at, deletedId, n }: Event): object {
  const hash = createHash("sha256").update(`${realm}:${n}`).digest("hex");
  const uuid = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  const nanos = `${new Date(at).toISOString().slice(0, 20)}${String(n % 1_000_000_000).padStart(9, "0")}Z`;
  return {
    specversion: "1.0",
    id: uuid,
    source: `intuit.${createHash("sha256").update("source").digest("base64")}`,
    type: `qbo.${entity.toLowerCase()}.${VERBS[operation]}.v1`,
    datacontenttype: "application/json",
    time: nanos,
    intuitentityid: id,
    intuitaccountid: realm,
    data: deletedId === undefined ? {} : { deletedId },
  };
}

export function sign(body: string, token: string): string {
  return createHmac("sha256", token).update(body).digest("base64");
}

/** Whether QuickBooks tells of this kind of object at all. */
export function isTold(entity: string): boolean {
  return findKind(entity)?.webhooks ?? false;
}
