/** What Node lacks of the platform's modules for the tests of a Durable Object: one object each, its storage a map that an eviction keeps. */
export const CLOUDFLARE: Record<string, string> = {
  "cloudflare:workers": "export class DurableObject { constructor(ctx, env) { this.ctx = ctx; this.env = env; } }",
  "cloudflare:test": `
    import { UserGate } from "${new URL("../../../src/objects/user-gate.ts", import.meta.url).pathname}";
    const stores = new Map();
    const live = new Map();
    const storageOf = (id) => {
      const map = stores.get(id) ?? stores.set(id, new Map()).get(id);
      const kv = {
        get: (key) => map.get(key), put: (key, value) => void map.set(key, value), delete: (key) => map.delete(key),
        list: ({ prefix = "" } = {}) => [...map].filter(([key]) => key.startsWith(prefix)),
      };
      return { kv, alarm: null, async setAlarm(at) { this.alarm = at; }, async getAlarm() { return this.alarm; }, async deleteAll() { map.clear(); } };
    };
    const objectOf = (id) => live.get(id) ?? live.set(id, new UserGate({ storage: storageOf(id) }, {})).get(id);
    const names = ["admit", "rememberKey", "endKey", "endSessions", "hasEnded", "close", "ping"];
    const stub = (id) => ({ id, ...Object.fromEntries(names.map((name) => [name, async (...given) => structuredClone(await objectOf(id)[name](...given))])) });
    export const env = { USER_GATE: { idFromName: (name) => name, get: stub } };
    export const evictDurableObject = async (one) => void live.delete(one.id);
    export const runInDurableObject = async (one, work) => work(objectOf(one.id), objectOf(one.id).ctx);
    export const runDurableObjectAlarm = async (one) => { await objectOf(one.id).alarm(); return true; };
  `,
};
