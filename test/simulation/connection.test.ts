import { describe, it } from "vitest";
import type { FaultKind } from "../../dev/twins/quickbooks/api/faults.ts";
import { accounts } from "../../db/schema/accounts.ts";
import { systemActor } from "../../src/core/actor.ts";
import { removeAccount } from "../../src/features/accounts/remove-account.ts";
import { startSync } from "../../src/features/accounts/start-sync.ts";
import { claimRun } from "../../src/features/accounts/sync/claim.ts";
import { finish, stop } from "../../src/features/accounts/sync/finish.ts";
import type { Row } from "../../src/features/accounts/sync/prepare.ts";
import { type Session, Superseded } from "../../src/features/accounts/sync/session.ts";
import { putDown } from "../../src/features/accounts/sync/settle.ts";
import { removeUnseen } from "../../src/features/accounts/sync/sweep.ts";
import { accessToken } from "../../src/features/accounts/sync/tokens.ts";
import { writeStep } from "../../src/features/accounts/sync/write.ts";
import { onBehalf } from "../../src/runtime.ts";
import { faultsOf } from "./oracle.ts";
import { HOUR_MS, stage } from "./stage.ts";

const on = stage();

/** Every row that a sync writes, as one can compare it. */
async function everything(user: string): Promise<string[]> {
  const tables = ["source_documents", "transactions", "postings", "ledger_accounts", "sync_runs", "sync_cursors", "provider_usage", "reconciliations"];
  const digests = tables.map((table) => `(select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from ${table} t where user_id = $1) as ${table}`);
  const state = "(select concat_ws(' ', status, status_reason, next_sync_at, last_synced_at) from accounts where user_id = $1) as account";
  return Object.entries(await on.one<Record<string, string>>(`select ${digests.join(", ")}, ${state}`, [user])).map(([table, digest]) => `${table} ${digest}`);
}

describe("a connection", () => {
  it("[I2] is refreshed by one of twenty at once, and all go on with the same token", async ({ expect }) => {
    const { world, user } = await on.copied("twenty");
    world.jump(2 * HOUR_MS);
    const ctx = onBehalf(world.services, systemActor(user));
    const [account] = await ctx.db.select().from(accounts);
    if (!account) throw new Error("no account");
    const session = (): Session => ({
      account,
      run: { id: "r", fence: 1, attempts: 0 },
      progress: { phase: "queued", cursor: {}, counts: {}, incomplete: false },
      realmId: world.realm,
      copy: null,
      accounts: new Map(),
      items: new Map(),
      token: null,
      calls: 0,
      refreshes: 0,
      pageSize: 1000,
    });
    const tokens: string[] = [];
    for (let worker = 0; worker < 20; worker++)
      world.scheduler.spawn(
        "refresh",
        async () => void tokens.push(await accessToken(ctx, session())),
        () => undefined,
        () => undefined,
      );
    while (tokens.length < 20) await world.run(20, 0);
    const [chain] = world.twin.control.connections(world.realm) as { refreshes: number; reused: number }[];
    expect([new Set(tokens).size, chain?.refreshes, chain?.reused]).toEqual([1, 1, 0]);
  });

  it("[I2] whose rotation was lost needs its person, says so once, and is balanced after connecting again", async ({ expect }) => {
    const { world, user } = await on.copied("lost");
    world.twin.control.addFault({ match: { target: "token" }, fault: { kind: "rotate-lost" } });
    world.jump(3 * HOUR_MS);
    await world.untilQuiet();
    await world.run(300, 0);
    const lost = await on.one<{ status: string; status_reason: string; mails: string; trail: string }>(
      "select status, status_reason, (select count(*) from mails m where m.user_id = a.user_id) as mails, (select count(*) from audit_events e where e.user_id = a.user_id and e.action = 'account.needs_reconnect') as trail from accounts a where user_id = $1",
      [user],
    );
    expect(lost).toEqual({ status: "needs_reconnect", status_reason: "access_revoked", mails: "1", trail: "1" });
    const tokenCalls = world.twin.control.calls({ target: "token" }).length;
    await world.run(300, 0);
    expect(world.twin.control.calls({ target: "token" }).length).toBe(tokenCalls);
    await world.link(user);
    await world.untilQuiet();
    expect(await faultsOf(world, user)).toEqual([]);
  });

  it.for<[answer: string, fault: FaultKind | null, revoked: boolean, calls: number]>([
    ["yes", null, true, 1],
    ["that the token is none", { kind: "status", status: 400 }, false, 1],
    ["500", { kind: "status", status: 500 }, true, 2],
    ["nothing, before it was done", { kind: "drop", when: "before" }, true, 2],
    ["nothing, after it was done", { kind: "drop", when: "after" }, true, 2],
  ])("[G5] is shredded at once and revoked in the end, when Intuit answers %s", async ([, fault, revoked, calls], { expect }) => {
    const { world, user } = await on.copied("unlinked");
    if (fault) world.twin.control.addFault({ match: { realm: world.realm, target: "revoke" }, fault });
    const { id } = await on.one<{ id: string }>("select id from accounts where user_id = $1", [user]);
    await removeAccount(onBehalf(world.services, systemActor(user)), id, "keep");
    const left = await on.one<object>("select access_token, refresh_token, external_account_id, status from accounts where id = $1", [id]);
    expect(left).toEqual({ access_token: null, refresh_token: null, external_account_id: null, status: "disconnected" });
    await world.untilQuiet();
    const [chain] = world.twin.control.connections(world.realm) as { revoked: boolean }[];
    const asked = world.twin.control.calls({ target: "revoke" }).length;
    expect([chain?.revoked, asked]).toEqual([revoked, calls]);
    const trail = "select count(*) as n from audit_events where user_id = $1 and action = 'account.unlinked'";
    const sealed = "select count(*) as n from sync_runs where user_id = $1 and (finished_at is null or cursor <> '{}')";
    expect([(await on.one<{ n: string }>(trail, [user])).n, (await on.one<{ n: string }>(sealed, [user])).n]).toEqual(["1", "0"]);
  });

  it("[I6] belongs to one Worker at a time: what a Worker writes that lost its lease, the database refuses", async ({ expect }) => {
    const { world, user } = await on.copied("fence");
    world.jump(2 * HOUR_MS);
    const ctx = onBehalf(world.services, systemActor(user));
    const [account] = await ctx.db.select().from(accounts);
    const { id } = await startSync(ctx, account?.id ?? "");
    const stale = await claimRun(ctx, id);
    expect(await claimRun(ctx, id)).toBeNull();
    world.jump(10 * 60_000);
    const holder = await claimRun(ctx, id);
    if (!stale || !holder) throw new Error("not claimed");
    expect([stale.run.fence, holder.run.fence]).toEqual([1, 2]);
    const lone = await on.one<{ entity: string; id: string; day: string }>(
      "select min(entity) as entity, min(external_id) as id, document_date::text as day from source_documents where user_id = $1 and entity not in ('Opening', 'Account') group by document_date having count(*) = 1 limit 1",
      [user],
    );
    world.twin.control.write(world.realm, { entity: lone.entity, operation: "delete", body: { Id: lone.id } });
    const before = await everything(user);
    const session: Session = { ...stale, token: null, calls: 3, refreshes: 0, pageSize: 1000 };
    session.progress = { ...stale.progress, cursor: { acceptRemovals: true } };
    const row: Row = {
      i: ctx.id(),
      e: "Purchase",
      x: "999999",
      v: 0,
      c: ctx.now().toISOString(),
      d: "2026-10-01",
      del: false,
      b: { Id: "999999" },
      p: null,
      t: null,
      s: [],
    };
    const progress = { ...stale.progress, phase: "done" as const };
    const attempts: Record<string, () => Promise<unknown>> = {
      "a page": () => writeStep(ctx, session, { rows: [row], progress, force: true, scan: true }),
      "the end": () => finish(ctx, session, null),
      "a stop": () => stop(ctx, session, "unexpected_reply", "paused"),
      "a pause": () => putDown(ctx, session, "provider_unavailable", 60),
      "a removal": () => removeUnseen(ctx, session, { from: lone.day, to: lone.day, undated: false }, "proof"),
    };
    for (const [what, attempt] of Object.entries(attempts)) {
      await attempt().catch((error: unknown) => expect([what, error]).toEqual([what, expect.any(Superseded)]));
      expect([what, await everything(user)]).toEqual([what, before]);
    }
    await writeStep(ctx, { ...holder, token: null, calls: 3, refreshes: 0, pageSize: 1000 }, { rows: [row], progress: holder.progress });
    expect(await everything(user)).not.toEqual(before);
  });
});
