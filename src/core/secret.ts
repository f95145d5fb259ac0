import { Buffer } from "node:buffer";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const text = new TextEncoder();

export type RandomBytes = (length: number) => Uint8Array;

/** What a credential is for: API key (live, test), refresh token, one-time token, OAuth state, link code, download link. */
export const CREDENTIALS = ["live", "test", "rt", "ot", "st", "lc", "dl"] as const;
export type CredentialKind = (typeof CREDENTIALS)[number];

export type Credential = { kind: CredentialKind; userId: string; id: string; secret: string };

const PATTERN = /^fh_(live|test|rt|ot|st|lc|dl)_([0-9A-Za-z]{22})([0-9A-Za-z]{12})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

/**
 * `fh_<kind>_<user 22><id 12>_<secret 43><crc 6>`. It begins with its user, so that it is looked up in that user's own
 * context; the CRC-32 lets a typo or a random string be refused without asking anything (no security rests on it).
 */
export function formatCredential(credential: Credential): string {
  const body = `fh_${credential.kind}_${userPart(credential.userId)}${credential.id}_${credential.secret}`;
  return body + encode62(BigInt(crc32(text.encode(body))), 6);
}

/** The parts of a credential that we may have issued, else null. Costs no call. */
export function parseCredential(value: string): Credential | null {
  const match = PATTERN.exec(value);
  if (!match) return null;
  const [, kind = "", user = "", id = "", secret = "", crc = ""] = match;
  if (encode62(BigInt(crc32(text.encode(value.slice(0, -6)))), 6) !== crc) return null;
  const userId = userIdOf(user);
  const known = CREDENTIALS.find((one) => one === kind);
  return userId && known ? { kind: known, userId, id, secret } : null;
}

/** A fresh credential of 256 random bits. */
export function newCredential(kind: CredentialKind, userId: string, random: RandomBytes): Credential {
  return { kind, userId, id: encode62(bytesToInt(random(9)), 13).slice(-12), secret: encodeSecret(random(32)) };
}

/** 32 bytes as 43 base62 digits. */
export function encodeSecret(bytes: Uint8Array): string {
  return encode62(bytesToInt(bytes), 43);
}

/** A UUID as 22 base62 digits. */
export function userPart(userId: string): string {
  return encode62(BigInt(`0x${userId.replaceAll("-", "")}`), 22);
}

/** The UUID that {@link userPart} wrote, or null when the digits are no UUID's. */
export function userIdOf(part: string): string | null {
  let value = 0n;
  for (const digit of part) value = value * 62n + BigInt(BASE62.indexOf(digit));
  if (value >= 1n << 128n) return null;
  const hex = value.toString(16).padStart(32, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function encode62(value: bigint, length: number): string {
  let out = "";
  for (let rest = value; rest > 0n; rest /= 62n) out = (BASE62[Number(rest % 62n)] ?? "") + out;
  return out.padStart(length, "0");
}

function bytesToInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** SHA-256 as base64url: how a token of 256 random bits is stored. */
export async function sha256(value: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", text.encode(value))).toString("base64url");
}

/** HMAC-SHA-256 of `value` under `key`. */
export async function hmac(key: string | Uint8Array<ArrayBuffer>, value: string): Promise<Uint8Array> {
  const material = typeof key === "string" ? text.encode(key) : key;
  const imported = await crypto.subtle.importKey("raw", material, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, text.encode(value)));
}

export async function hmacText(key: string | Uint8Array<ArrayBuffer>, value: string): Promise<string> {
  return Buffer.from(await hmac(key, value)).toString("base64url");
}

/** What the one signing key is split into: a leak of one use tells nothing of another. */
export type KeyPurpose = "api-key" | "refresh" | "password" | "cursor" | "download" | "mailed-token" | "code" | "company" | "xai-user" | "xai-key";

const subkeys = new WeakMap<Uint8Array, Map<KeyPurpose, Promise<Uint8Array<ArrayBuffer>>>>();

/** The key of one purpose, by HKDF-SHA-256 from the root. Derived once per isolate. */
export function subkey(root: Uint8Array<ArrayBuffer>, purpose: KeyPurpose): Promise<Uint8Array<ArrayBuffer>> {
  const known = subkeys.get(root) ?? new Map<KeyPurpose, Promise<Uint8Array<ArrayBuffer>>>();
  subkeys.set(root, known);
  const derived = known.get(purpose) ?? derive(root, purpose);
  known.set(purpose, derived);
  return derived;
}

async function derive(root: Uint8Array<ArrayBuffer>, purpose: KeyPurpose): Promise<Uint8Array<ArrayBuffer>> {
  const material = await crypto.subtle.importKey("raw", root, "HKDF", false, ["deriveBits"]);
  const options = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: text.encode(`finhelm|${purpose}`) };
  return new Uint8Array(await crypto.subtle.deriveBits(options, material, 256));
}

/** Compares two strings in time that does not depend on where they differ. Both are hashed first, so lengths may differ. */
export async function equalSecrets(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([a, b].map((one) => crypto.subtle.digest("SHA-256", text.encode(one))));
  const [x, y] = [new Uint8Array(left ?? new ArrayBuffer(1)), new Uint8Array(right ?? new ArrayBuffer(2))];
  let difference = x.length ^ y.length;
  for (let i = 0; i < x.length; i++) difference |= (x[i] ?? 0) ^ (y[i] ?? 0);
  return difference === 0;
}

/** Sealing keys by id; the first one seals, all of them open. */
export type KeyRing = readonly { readonly id: string; readonly key: Uint8Array<ArrayBuffer> }[];

/**
 * AES-256-GCM, `v1.<key id>.<iv>.<ciphertext and tag>`. `place` (user, row, field) is associated data: a sealed value
 * that is moved to another row does not open there.
 */
export async function seal(ring: KeyRing, place: readonly string[], plain: string, random: RandomBytes): Promise<string> {
  const first = ring[0];
  if (!first) throw new Error("no sealing key");
  const iv = new Uint8Array(random(12));
  const key = await crypto.subtle.importKey("raw", first.key, "AES-GCM", false, ["encrypt"]);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: associated(first.id, place) }, key, text.encode(plain));
  return `v1.${first.id}.${Buffer.from(iv).toString("base64url")}.${Buffer.from(sealed).toString("base64url")}`;
}

/** What {@link seal} closed at the same place. Throws `SealError` when the value, its key or its place is another. */
export async function unseal(ring: KeyRing, place: readonly string[], sealed: string): Promise<string> {
  const [version, id = "", iv = "", body = ""] = sealed.split(".");
  const entry = ring.find((one) => one.id === id);
  if (version !== "v1" || !entry) throw new SealError("unknown sealing key");
  const key = await crypto.subtle.importKey("raw", entry.key, "AES-GCM", false, ["decrypt"]);
  try {
    const options = { name: "AES-GCM", iv: Buffer.from(iv, "base64url"), additionalData: associated(id, place) };
    return new TextDecoder().decode(await crypto.subtle.decrypt(options, key, Buffer.from(body, "base64url")));
  } catch {
    throw new SealError("sealed value does not open here");
  }
}

export class SealError extends Error {
  override readonly name = "SealError";
}

/** Length-prefixed, so that ("ab","c") and ("a","bc") are different places. */
function associated(keyId: string, place: readonly string[]): Uint8Array<ArrayBuffer> {
  return Buffer.from(["v1", keyId, ...place].map((part) => `${part.length}:${part}`).join("|"));
}
