import { describe, it } from "vitest";
import { workerBehindFaults } from "../outages/behind.ts";
import { type Call, PLANS, type Subject } from "../outages/plans.ts";
import { asOwner } from "../owner.ts";
import { person } from "../person.ts";

const isLong = process.env["PROVE"] === "1";

type Change = { method: string; action: string };

/** What the trail calls a change, by its operation; each is made ready as for the matrix of outages. */
const CHANGES: Record<string, Change> = {
  recordTransaction: { method: "POST", action: "transaction.recorded" },
  updateTransaction: { method: "PATCH", action: "transaction.changed" },
  removeTransaction: { method: "DELETE", action: "transaction.removed" },
  importTransactions: { method: "POST", action: "transaction.imported" },
  setArchiving: { method: "PATCH", action: "archive.changed" },
  linkAccount: { method: "POST", action: "account.link_started" },
  completeLink: { method: "POST", action: "account.linked" },
  removeAccount: { method: "DELETE", action: "account.unlinked" },
  createApiKey: { method: "POST", action: "api_key.made" },
  rotateApiKey: { method: "POST", action: "api_key.rotated" },
  revokeApiKey: { method: "DELETE", action: "api_key.revoked" },
  updateProfile: { method: "PATCH", action: "profile.changed" },
  confirmTotp: { method: "POST", action: "totp.enabled" },
  createReport: { method: "POST", action: "report.made" },
  askExport: { method: "POST", action: "export.asked" },
  askErasure: { method: "DELETE", action: "erasure.asked" },
  forgotPassword: { method: "POST", action: "password.reset_asked" },
  changePassword: { method: "POST", action: "password.changed" },
};
/** Of these the next one may not be asked by the same person, or is no change. */
const ONCE = new Set(["forgotPassword", "setArchiving", "createReport", "completeLink", "removeAccount"]);

async function ready(name: string, who: Subject): Promise<Call> {
  const plan = PLANS[name];
  if (!plan) throw new Error(`no plan for ${name}`);
  return plan.prepare(who);
}
const somebody = async (): Promise<Subject> => ({ ...(await person()), accountId: "", until: Infinity });

/** All that a change may touch, as one text, and how often the trail names it. What a sync brings by itself is no change, and linked is what has tokens. */
async function state(email: string, action: string): Promise<{ rows: string; named: number }> {
  const [found] = await asOwner<{ rows: string; named: string }>(
    `with me as (select * from users where email = $1)
     select concat_ws('|', (select concat_ws(',', name, password_hash, erase_at, totp_enabled_at, archive_after_months) from me),
       (select md5(string_agg(t::text, ';' order by t.id)) from transactions t join me on t.user_id = me.id join accounts a on a.id = t.account_id and a.service_name = 'manual'),
       (select string_agg(a.id::text, ',' order by a.id) from accounts a, me where a.user_id = me.id and a.access_token is not null),
       (select count(*) from link_attempts l, me where l.user_id = me.id),
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
    async (name, { method, action }) => {
      const { expect } = await import("vitest");
      const points = { tried: 0, made: 0 };
      let who = await somebody();
      const modes = isLong ? (["reset", "half"] as const) : ([(["reset", "half"] as const)[Object.keys(CHANGES).indexOf(name) % 2] ?? "half"] as const);
      for (const mode of modes)
        for (let after = 0; after < 8; after++) {
          const { path, body, type, stranger } = await ready(name, who);
          const before = await state(who.email, action);
          const worker = workerBehindFaults();
          await worker.break("postgres", mode, after);
          const headers = {
            "cf-connecting-ip": who.ip,
            ...(stranger ? {} : { authorization: `Bearer ${who.accessToken}` }),
            ...(type ? { "content-type": type } : {}),
          };
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
          if (PLANS[name]?.fresh || ONCE.has(name)) who = await somebody();
          if (fired === 0) break;
        }
      console.log(`${name}: ${points.tried} crash points, ${points.made} of them after the change`);
      expect(points.made).toBeGreaterThan(0);
    },
    120_000,
  );
});
