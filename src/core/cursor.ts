import { Buffer } from "node:buffer";
import { Problem } from "./errors.ts";
import { equalSecrets, hmacText, subkey } from "./secret.ts";

/** A position in a list, opaque and signed with the filters it belongs to: it opens nowhere else. */
export async function writeCursor(key: Uint8Array<ArrayBuffer>, filters: unknown, position: readonly string[]): Promise<string> {
  const body = Buffer.from(JSON.stringify(position)).toString("base64url");
  return `${body}.${await mac(key, filters, body)}`;
}

/** The position that {@link writeCursor} wrote for the same filters; a problem for anything else. */
export async function readCursor(key: Uint8Array<ArrayBuffer>, filters: unknown, cursor: string): Promise<string[]> {
  const [body = "", given = ""] = cursor.split(".");
  if (!(await equalSecrets(given, await mac(key, filters, body)))) {
    throw new Problem("invalid_request", {
      detail: "The cursor does not belong to this list.",
      errors: [{ pointer: "/cursor", detail: "must be nextCursor of the page before, with the same filters" }],
    });
  }
  return JSON.parse(Buffer.from(body, "base64url").toString()) as string[];
}

async function mac(key: Uint8Array<ArrayBuffer>, filters: unknown, body: string): Promise<string> {
  return (await hmacText(await subkey(key, "cursor"), `${JSON.stringify(filters)}|${body}`)).slice(0, 22);
}
