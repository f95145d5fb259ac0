import { Problem } from "../../core/errors.ts";
import { OUTAGES } from "../../core/outages.ts";
import { within } from "../../core/within.ts";

const WAIT_MS = OUTAGES.files.waitMs;

/** Report files in R2. Keys begin with the user's id, so that no path of one user reaches another's file. */
export type Files = {
  /** A file of any size in pieces, of which one part at a time is in memory. Nothing is there before the last piece was written. */
  write(userId: string, name: string, pieces: AsyncIterable<Uint8Array>, contentType: string): Promise<{ bytes: number }>;
  /** Every file of a user. */
  removeAll(userId: string): Promise<void>;
  put(userId: string, name: string, body: string | ReadableStream | Uint8Array, contentType: string): Promise<{ bytes: number }>;
  get(userId: string, name: string, range?: { offset: number; length: number }): Promise<{ body: ReadableStream; size: number; contentType: string } | null>;
  /** At most a thousand at once. */
  remove(userId: string, ...names: string[]): Promise<void>;
  /** A file in parts (all but the last alike, of 5 MiB or more), which is there only once it is finished. */
  begin(userId: string, name: string, contentType: string): Promise<string>;
  addPart(userId: string, name: string, uploadId: string, number: number, bytes: Uint8Array): Promise<string>;
  finish(userId: string, name: string, uploadId: string, etags: readonly string[]): Promise<{ bytes: number }>;
  /** Gives up an upload; one that is gone already is given up. */
  abandon(userId: string, name: string, uploadId: string): Promise<void>;
};

/** R2 takes no smaller parts, but for the last one, and wants all of one size. */
const PART_BYTES = 5 * 1024 * 1024;

/** Each call is bounded in time; a bucket that does not answer is `unavailable`, whatever it threw. */
export function createFiles(bucket: R2Bucket): Files {
  const key = (userId: string, name: string) => `${userId}/${name}`;
  return {
    async write(userId, name, pieces, contentType) {
      const upload = await asked(() => bucket.createMultipartUpload(key(userId, name), { httpMetadata: { contentType } }));
      try {
        const parts: R2UploadedPart[] = [];
        for await (const part of inParts(pieces)) parts.push(await asked(() => upload.uploadPart(parts.length + 1, part), WAIT_MS.part));
        return { bytes: (await asked(() => upload.complete(parts), WAIT_MS.part)).size };
      } catch (error) {
        await asked(() => upload.abort()).catch(() => undefined);
        throw error;
      }
    },
    async removeAll(userId) {
      for (;;) {
        const { objects } = await asked(() => bucket.list({ prefix: key(userId, ""), limit: 500 }));
        if (objects.length === 0) return;
        await asked(() => bucket.delete(objects.map((object) => object.key)));
      }
    },
    async put(userId, name, body, contentType) {
      const object = await asked(() => bucket.put(key(userId, name), body, { httpMetadata: { contentType } }), WAIT_MS.part);
      return { bytes: object.size };
    },
    async get(userId, name, range) {
      const object = await asked(() => bucket.get(key(userId, name), range ? { range } : {}));
      return object && { body: object.body, size: object.size, contentType: object.httpMetadata?.contentType ?? "application/octet-stream" };
    },
    remove: (userId, ...names) => asked(() => bucket.delete(names.map((name) => key(userId, name)))),
    async begin(userId, name, contentType) {
      return (await asked(() => bucket.createMultipartUpload(key(userId, name), { httpMetadata: { contentType } }))).uploadId;
    },
    async addPart(userId, name, uploadId, number, bytes) {
      return (await asked(() => bucket.resumeMultipartUpload(key(userId, name), uploadId).uploadPart(number, bytes), WAIT_MS.part)).etag;
    },
    async finish(userId, name, uploadId, etags) {
      const parts = etags.map((etag, index) => ({ etag, partNumber: index + 1 }));
      return { bytes: (await asked(() => bucket.resumeMultipartUpload(key(userId, name), uploadId).complete(parts), WAIT_MS.part)).size };
    },
    async abandon(userId, name, uploadId) {
      await asked(() => bucket.resumeMultipartUpload(key(userId, name), uploadId).abort()).catch(() => undefined);
    },
  };
}

async function asked<T>(call: () => Promise<T>, waitMs: number = WAIT_MS.call): Promise<T> {
  try {
    return await within(waitMs, call());
  } catch (cause) {
    throw new Problem("unavailable", { detail: "The file store does not answer.", retryAfterSeconds: OUTAGES.files.retryAfterSeconds, cause });
  }
}

/** Pieces of any size as parts of one size; the last one may be smaller, and there is always one. */
async function* inParts(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const held = new Uint8Array(PART_BYTES);
  let size = 0;
  let isFirst = true;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const taken = piece.subarray(at, at + PART_BYTES - size);
      held.set(taken, size);
      at += taken.length;
      size += taken.length;
      if (size < PART_BYTES) continue;
      yield held.slice();
      size = 0;
      isFirst = false;
    }
  }
  if (size > 0 || isFirst) yield held.slice(0, size);
}
