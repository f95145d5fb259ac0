/** Webhooks: hints that something changed, in the two formats Intuit sends. What changed is fetched, never taken from them. */
import { z } from "zod";
import { Problem } from "../../core/errors.ts";
import { LIST_ENTITIES, POSTING_ENTITIES } from "./statement.ts";

export type WebhookEvent = {
  realmId: string;
  /** As the API spells it (`SalesReceipt`); the sender's spelling where it is none that we know. */
  entity: string;
  id: string;
  operation: "created" | "updated" | "deleted" | "merged" | "voided" | "emailed" | "other";
  /** Instant in UTC. */
  at: string;
  /** The same for every delivery of one event. */
  eventId: string;
  /** Of a merge: the id that ceased to exist. */
  deletedId: string | null;
};

/**
 * True when `signature` is the base64 HMAC-SHA-256 of exactly these bytes. Compared in constant time, over the body as it
 * came: serialising it again would sign something else.
 */
export async function verifyWebhook(body: Uint8Array, signature: string | null, verifierToken: string): Promise<boolean> {
  const claimed = signature === null ? null : decodeBase64(signature);
  if (claimed === null || verifierToken === "") return false;
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(verifierToken), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  return crypto.subtle.verify("HMAC", key, claimed, body);
}

const RealmId = z.string().regex(/^\d{1,20}$/);
const Id = z.string().regex(/^[A-Za-z0-9-]{1,40}$/);
const Instant = z
  .string()
  .max(40)
  .refine((text) => !Number.isNaN(Date.parse(text)));

const LegacyEntity = z.object({ id: Id, operation: z.string(), name: z.string().max(60), lastUpdated: Instant, deletedId: Id.nullish() });
const Legacy = z.object({ eventNotifications: z.array(z.object({ realmId: RealmId, dataChangeEvent: z.object({ entities: z.array(z.unknown()) }) })) });

const CloudEvent = z.object({
  id: z.string().min(1).max(100),
  type: z.string().regex(/^qbo\.[a-z0-9]{1,60}\.[a-z]{1,20}\.v\d+$/),
  time: Instant,
  intuitentityid: Id,
  intuitaccountid: RealmId,
  data: z.object({ deletedId: Id.nullish() }).nullish(),
});

/**
 * The events of a body whose signature was verified. One event that cannot be read does not hide the others: it is left
 * out, and the next change window brings what it announced. A body of neither format is `invalid_request`.
 */
export function parseWebhook(body: Uint8Array): WebhookEvent[] {
  const parsed = json(body);
  if (Array.isArray(parsed)) return parsed.flatMap(fromCloudEvent);
  const legacy = Legacy.safeParse(parsed);
  if (!legacy.success) throw new Problem("invalid_request", { detail: "The body is not a notification of QuickBooks" });
  return legacy.data.eventNotifications.flatMap(({ realmId, dataChangeEvent }) => dataChangeEvent.entities.flatMap((entity) => fromLegacy(realmId, entity)));
}

function fromCloudEvent(value: unknown): WebhookEvent[] {
  const event = CloudEvent.safeParse(value);
  if (!event.success) return [];
  const { id, type, time, intuitentityid, intuitaccountid, data } = event.data;
  const [, entity = "", operation = ""] = type.split(".");
  return [
    {
      realmId: intuitaccountid,
      entity: spelled(entity),
      id: intuitentityid,
      operation: operationOf(operation),
      at: utc(time),
      eventId: id,
      deletedId: data?.deletedId ?? null,
    },
  ];
}

function fromLegacy(realmId: string, value: unknown): WebhookEvent[] {
  const entity = LegacyEntity.safeParse(value);
  if (!entity.success) return [];
  const { id, name, operation, lastUpdated, deletedId } = entity.data;
  const eventId = `${realmId}:${name}:${id}:${operation}:${lastUpdated}`;
  return [{ realmId, entity: spelled(name), id, operation: operationOf(operation), at: utc(lastUpdated), eventId, deletedId: deletedId ?? null }];
}

/** By the first three letters, which Create and created, Void and voided share. */
const OPERATIONS: Readonly<Record<string, WebhookEvent["operation"]>> = {
  cre: "created",
  upd: "updated",
  del: "deleted",
  mer: "merged",
  voi: "voided",
  ema: "emailed",
};

function operationOf(text: string): WebhookEvent["operation"] {
  return OPERATIONS[text.slice(0, 3).toLowerCase()] ?? "other";
}

const SPELLINGS: ReadonlyMap<string, string> = new Map(
  [...POSTING_ENTITIES, ...LIST_ENTITIES, "Estimate", "PurchaseOrder", "Preferences"].map((name) => [name.toLowerCase(), name]),
);

function spelled(entity: string): string {
  return SPELLINGS.get(entity.toLowerCase()) ?? entity;
}

function utc(instant: string): string {
  return new Date(instant).toISOString();
}

function json(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body));
  } catch {
    throw new Problem("invalid_request", { detail: "The body is not JSON" });
  }
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
