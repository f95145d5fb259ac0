import { describe, it } from "vitest";
import { workerBehindFaults } from "../outages/behind.ts";
import { asOwner } from "../owner.ts";
import { PASSWORD, person, type Person, withKey } from "../person.ts";

const coffee = { transactionDate: "2026-01-02", description: "coffee", amount: "-3.50", currency: "USD" };

/** One change: what it is made ready by, the call, and what the trail says of it. */
type Change = { method: string; action: string; ready: (who: Person) => Promise<{ path: string; body?: unknown; open?: true }> };
/** Asking again for one that is being made is no change. */
const noExport = (who: Person) => asOwner("delete from person_exports where user_id = (select id from users where email = $1)", [who.email]);
const transaction = async (who: Person) => (await who.post<{ id: string }>("/transactions", coffee)).body.id;

const CHANGES: Record<string, Change> = {
  recordTransaction: { method: "POST", action: "transaction.recorded", ready: async () => ({ path: "/transactions", body: coffee }) },
  updateTransaction: {
    method: "PATCH",
    action: "transaction.changed",
    ready: async (who) => ({ path: `/transactions/${await transaction(who)}`, body: { description: crypto.randomUUID() } }),
  },
  removeTransaction: { method: "DELETE", action: "transaction.removed", ready: async (who) => ({ path: `/transactions/${await transaction(who)}` }) },
  createApiKey: { method: "POST", action: "api_key.made", ready: async () => ({ path: "/api-keys", body: { name: "x", scopes: ["profile:read"] } }) },
  rotateApiKey: {
    method: "POST",
    action: "api_key.rotated",
    ready: async (who) => ({ path: `/api-keys/${(await withKey(who, ["profile:read"])).id}/rotate`, body: {} }),
  },
  revokeApiKey: { method: "DELETE", action: "api_key.revoked", ready: async (who) => ({ path: `/api-keys/${(await withKey(who, ["profile:read"])).id}` }) },
  updateProfile: { method: "PATCH", action: "profile.changed", ready: async () => ({ path: "/me", body: { name: crypto.randomUUID().slice(0, 20) } }) },
  createReport: { method: "POST", action: "report.made", ready: async () => ({ path: "/reports", body: { type: "category_breakdown", period: "all_time" } }) },
  askExport: { method: "POST", action: "export.asked", ready: async (who) => (await noExport(who), { path: "/me/export" }) },
  askErasure: { method: "DELETE", action: "erasure.asked", ready: async (who) => (await who.post("/me/keep"), { path: "/me" }) },
  forgotPassword: {
    method: "POST",
    action: "password.reset_asked",
    ready: async (who) => ({ path: "/auth/forgot-password", body: { email: who.email }, open: true }),
  },
  changePassword: {
    method: "POST",
    action: "password.changed",
    ready: async () => ({ path: "/auth/change-password", body: { currentPassword: PASSWORD, newPassword: "a fresh password" } }),
  },
};

/** All that a change may touch, as one text, and how often the trail names it. */
async function state(email: string, action: string): Promise<{ rows: string; named: number }> {
  const [found] = await asOwner<{ rows: string; named: string }>(
    `with me as (select * from users where email = $1)
     select concat_ws('|', (select concat_ws(',', name, password_hash, erase_at) from me),
       (select md5(string_agg(t::text, ';' order by t.id)) from transactions t, me where t.user_id = me.id),
       (select md5(string_agg(concat_ws(',', k.id, k.expires_at, k.revoked_at), ';' order by k.id)) from api_keys k, me where k.user_id = me.id),
       (select count(*) from reports r, me where r.user_id = me.id), (select count(*) from person_exports e, me where e.user_id = me.id),
       (select count(*) from mails m, me where m.user_id = me.id and m.template = 'reset')) as rows,
     (select count(*) from audit_events e, me where e.user_id = me.id and e.action = $2) as named`,
    [email, action],
  );
  return { rows: found?.rows ?? "", named: Number(found?.named) };
}

describe("a change that dies at any call to the database", () => {
  it.each(Object.entries(CHANGES))(
    "[N1] stands in the trail exactly when it was made: %s",
    async (name, { method, action, ready }) => {
      const { expect } = await import("vitest");
      const points = { tried: 0, made: 0 };
      let who = await person();
      for (const mode of ["reset", "half"] as const)
        for (let after = 0; after < 8; after++) {
          const { path, body, open } = await ready(who);
          const before = await state(who.email, action);
          const worker = workerBehindFaults();
          await worker.break("postgres", mode, after);
          const headers = { "cf-connecting-ip": who.ip, ...(open ? {} : { authorization: `Bearer ${who.accessToken}` }) };
          const outcome = await worker.call(method, path, { headers, ...(body === undefined ? {} : { body }) });
          const fired = await worker.fired("postgres");
          await worker.mend();
          await worker.settled();
          const then = await state(who.email, action);
          const isMade = then.rows !== before.rows;
          expect([name, mode, after, then.named - before.named], `answered ${outcome.status}`).toEqual([name, mode, after, isMade ? 1 : 0]);
          // what is acknowledged was done
          if (outcome.status < 300) expect([name, mode, after, isMade]).toEqual([name, mode, after, true]);
          points.tried += 1;
          points.made += isMade ? 1 : 0;
          if (name === "changePassword" || name === "forgotPassword") who = await person();
          if (fired === 0) break;
        }
      console.log(`${name}: ${points.tried} crash points, ${points.made} of them after the change`);
      expect(points.made).toBeGreaterThan(0);
    },
    120_000,
  );
});
