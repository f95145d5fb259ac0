/** Report files in R2. Keys begin with the user's id, so that no path of one user reaches another's file. */
export type Files = {
  put(userId: string, name: string, body: string | ReadableStream | Uint8Array, contentType: string): Promise<{ bytes: number }>;
  get(userId: string, name: string, range?: { offset: number; length: number }): Promise<{ body: ReadableStream; size: number; contentType: string } | null>;
  remove(userId: string, name: string): Promise<void>;
};

export function createFiles(bucket: R2Bucket): Files {
  const key = (userId: string, name: string) => `${userId}/${name}`;
  return {
    async put(userId, name, body, contentType) {
      const object = await bucket.put(key(userId, name), body, { httpMetadata: { contentType } });
      return { bytes: object.size };
    },
    async get(userId, name, range) {
      const object = await bucket.get(key(userId, name), range ? { range } : {});
      return object && { body: object.body, size: object.size, contentType: object.httpMetadata?.contentType ?? "application/octet-stream" };
    },
    remove: (userId, name) => bucket.delete(key(userId, name)),
  };
}
