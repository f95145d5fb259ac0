import { beforeEach, describe, it } from "vitest";
import type { FaultKind } from "../../dev/twins/quickbooks/api/faults.ts";
import { systemActor } from "../../src/core/actor.ts";
import { removeAccount } from "../../src/features/accounts/remove-account.ts";
import { startSync } from "../../src/features/accounts/start-sync.ts";
import { onBehalf } from "../../src/runtime.ts";
import { faultsOf } from "./oracle.ts";
import { changing, purchasesOf } from "./replies.ts";
import { HOUR_MS, stage } from "./stage.ts";
import { traceOf as traceIn } from "./trace.ts";
import { KINDS, type World, type WorldOptions } from "./world.ts";

const on = stage();
const traceOf = (world: World, user: string, title: string) => traceIn(on.machine, world, user, title);
beforeEach(async () => {
  await on.machine.databaseCalls();
});

/** Compares with what was read and found right before: `vitest run -u` writes it anew, for somebody to read again. */
const kept = (name: string) => `traces/${name.replaceAll(" ", "-")}.txt`;

describe("a sync asks for what it needs and no more, and leaves in the tables", () => {
  it.for<[name: string, options: Partial<WorldOptions>, syncFrom?: string]>([
    ["a plain company", { size: 40 }],
    ["stock and foreign currency", { size: 60, inventory: true, multiCurrency: true }, "2026-03-01"],
  ])("over days: %s", async ([name, options, syncFrom], { expect }) => {
    const { world, user } = await on.copied(name, options, syncFrom);
    const trace = [await traceOf(world, user, "a first copy")];
    await world.later(2 * HOUR_MS);
    trace.push(await traceOf(world, user, "two hours later, nothing has changed"));
    for (const [turn, kinds] of [KINDS, ["date", "backdated", "rate", "name"], ["void", "delete", "pay"]].entries())
      world.twin.control.mutate(world.realm, { seed: `${name}:${turn}`, count: 9, backDays: 900, kinds: kinds as typeof KINDS });
    await world.later(2 * HOUR_MS);
    trace.push(await traceOf(world, user, "two hours later, much has"));
    await world.later(25 * HOUR_MS);
    trace.push(await traceOf(world, user, "the next day"));
    for (const turn of ["one", "two", "three"]) {
      world.twin.control.mutate(world.realm, {
        seed: `${name}:${turn}`,
        count: 15,
        backDays: 300,
        kinds: ["foreign", "pay", "rate"] as unknown as typeof KINDS,
      });
      await world.later(2 * HOUR_MS);
      trace.push(await traceOf(world, user, `payments, ${turn}`));
    }
    world.twin.control.mutate(world.realm, { seed: `${name}:late`, count: 9, backDays: 60, kinds: ["delete", "amount", "add"] as unknown as typeof KINDS });
    await world.later(40 * 24 * HOUR_MS);
    trace.push(await traceOf(world, user, "after forty days"));
    expect(await faultsOf(world, user)).toEqual([]);
    await expect(trace.join("\n")).toMatchFileSnapshot(kept(name));
  });

  const FAULTS: Record<string, FaultKind> = {
    "429 for twenty seconds": { kind: "fault", code: "3001", retryAfter: 20 },
    "429 without a time": { kind: "fault", code: "3001" },
    "500": { kind: "status", status: 500 },
    "503 for ten minutes": { kind: "status", status: 503, retryAfter: 600 },
    "a token that is not accepted": { kind: "fault", code: "3200" },
    "no right to this company": { kind: "fault", code: "3201" },
    "a subscription that ended": { kind: "fault", code: "6190" },
    "a request that is wrong": { kind: "fault", code: "4001" },
    "half a reply": { kind: "cut" },
  };
  it.for(Object.keys(FAULTS))("after QuickBooks answered with %s: once, and without end", async (answer, { expect }) => {
    const fault = FAULTS[answer] ?? { kind: "cut" };
    const { world, user } = await on.copied(`fault ${answer}`);
    await traceOf(world, user, "a first copy");
    world.twin.control.addFault({ match: { realm: world.realm, target: "api" }, fault });
    await world.later(HOUR_MS);
    const trace = [await traceOf(world, user, "once")];
    if (answer !== "no right to this company") {
      world.twin.control.addFault({ match: { realm: world.realm, target: "api" }, times: 7, fault });
      await world.later(26 * HOUR_MS);
      trace.push(await traceOf(world, user, "seven times, a day later"));
    }
    await world.link(user);
    await world.untilQuiet();
    trace.push(await traceOf(world, user, "linked again"));
    await expect(trace.join("\n")).toMatchFileSnapshot(kept(`fault ${answer}`));
  });

  it("when the company's gate is closed for a while", async ({ expect }) => {
    const { world, user } = await on.copied("gate");
    await traceOf(world, user, "a first copy");
    const { mac } = await on.one<{ mac: string }>("select external_account_mac as mac from accounts where user_id = $1", [user]);
    const trace: string[] = [];
    for (const seconds of [15, 25, 100]) {
      world.jump(HOUR_MS);
      await world.services.gates.company(mac).close(world.scheduler.now + seconds * 1000);
      await world.run(60, 0);
      await world.untilQuiet();
      trace.push(await traceOf(world, user, `closed for ${seconds} seconds`));
    }
    await expect(trace.join("\n")).toMatchFileSnapshot(kept("a closed gate"));
  });

  it("when more changed than one reply holds", async ({ expect }) => {
    const { world, user } = await on.copied("parts", { size: 1_600 });
    await traceOf(world, user, "a first copy");
    const change = (note: string, apartMs: number) => {
      const all = ["Purchase", "Bill", "Invoice", "JournalEntry", "Transfer", "Deposit"].flatMap((entity) =>
        world.twin.control.documents(world.realm, entity).rows.map((body) => ({ entity, body: { ...body, PrivateNote: note } })),
      );
      for (const [index, { entity, body }] of all.entries())
        world.twin.control.write(world.realm, { entity, operation: "update", body, at: world.scheduler.now + index * apartMs });
      return all.length;
    };
    expect(change("one after another", 1_000)).toBeGreaterThan(1_000);
    await world.later(HOUR_MS);
    const trace = [await traceOf(world, user, "a thousand, then the others")];
    expect(await faultsOf(world, user)).toEqual([]);
    change("all at once", 0);
    const transfers = world.twin.control.documents(world.realm, "Transfer").rows as { Id: string; TxnDate: string }[];
    const { Id: _, ...model } = transfers.toSorted((a, b) => (a.TxnDate < b.TxnDate ? 1 : -1))[0] ?? { Id: "" };
    for (let made = 0; made < 1_005; made++)
      world.twin.control.write(world.realm, { entity: "Transfer", body: { ...model, Amount: 1 }, at: world.scheduler.now });
    await world.later(HOUR_MS);
    trace.push(await traceOf(world, user, "all at one instant"));
    expect(await faultsOf(world, user)).toEqual([]);
    const PADDING = " ".repeat(21 * 1024 * 1024);
    world.spoil = (text) => (world.traffic.at(-1)?.includes("/cdc entities=Account,") ? text + PADDING : text);
    change("too large together", 1_000);
    await world.later(HOUR_MS);
    trace.push(await traceOf(world, user, "too large together"));
    world.spoil = (text) => (/cdc entities=(?!Class&)|Purchase .* MAXRESULTS (1000|250)$/.test(world.traffic.at(-1) ?? "") ? text + PADDING : text);
    change("too large alone", 1_000);
    world.jump(HOUR_MS);
    await world.run(120, 0);
    world.spoil = (text) => text;
    await world.untilQuiet();
    trace.push(await traceOf(world, user, "too large alone, and so is a page of purchases"));
    expect(await faultsOf(world, user)).toEqual([]);
    await expect(trace.join("\n")).toMatchFileSnapshot(kept("changes in parts"));
  });

  it("when a page brings fewer rows than were counted", async ({ expect }) => {
    const world = on.world("short");
    world.spoil = (text) =>
      text.replace(/"totalCount":(\d+)/, (all, count: string) => (world.traffic.at(-1)?.includes("FROM Purchase") ? `"totalCount":${Number(count) + 1}` : all));
    const user = await world.join();
    await world.untilQuiet();
    await expect(await traceOf(world, user, "one purchase more was counted")).toMatchFileSnapshot(kept("fewer than counted"));
  });

  it("when documents cannot be read, posted or stored, until they can", async ({ expect }) => {
    const world = on.world("strange", { size: 40 });
    const [poisoned, large, nameless, unknown] = purchasesOf(world).map(({ Id }) => Id);
    const strange: Record<string, object> = {
      [poisoned ?? ""]: { PrivateNote: "a\u0000b" },
      [large ?? ""]: { TotalAmt: 1e30 },
      [nameless ?? ""]: { Id: "not an id" },
      [unknown ?? ""]: { AccountRef: { value: "99999" } },
    };
    world.spoil = changing((document) => ({ ...document, ...strange[document.Id] }));
    const user = await world.join();
    await world.untilQuiet();
    const trace = [await traceOf(world, user, "four that are strange")];
    world.spoil = (text) => text;
    const [account] = world.twin.control.documents(world.realm, "Account").rows as { Id: string }[];
    world.twin.control.write(world.realm, { entity: "Account", operation: "update", body: { ...account, Description: "changed" } });
    await world.later(HOUR_MS);
    trace.push(await traceOf(world, user, "an account changed: what could not be posted is tried again"));
    await world.later(40 * 24 * HOUR_MS);
    trace.push(await traceOf(world, user, "after forty days: all is read again"));
    await expect(trace.join("\n")).toMatchFileSnapshot(kept("strange documents"));
  });

  it("when the account that a purchase is posted to is seen only later", async ({ expect }) => {
    const world = on.world("later", { size: 40 });
    const bought = purchasesOf(world).find((purchase) => "AccountRef" in purchase) as unknown as { Id: string; AccountRef: { value: string } };
    const away = { value: "98765", name: "Later" };
    world.spoil = changing((document) => (document.Id === bought.Id ? { ...document, AccountRef: away } : document));
    const user = await world.join();
    await world.untilQuiet();
    const trace = [await traceOf(world, user, "one purchase is posted to an account that nobody knows")];
    const account = (world.twin.control.documents(world.realm, "Account").rows as { Id: string }[]).find(({ Id }) => Id === bought.AccountRef.value);
    world.spoil = (text) => (world.traffic.at(-1)?.includes("/cdc") ? text.replace(`"Id":"${bought.AccountRef.value}"`, `"Id":"${away.value}"`) : text);
    world.twin.control.write(world.realm, { entity: "Account", operation: "update", body: { ...account, Description: "seen" } });
    await world.later(HOUR_MS);
    trace.push(await traceOf(world, user, "the account is there"));
    await expect(trace.join("\n")).toMatchFileSnapshot(kept("an account that comes later"));
  });

  it("when accounts cannot be read", async ({ expect }) => {
    const world = on.world("unreadable");
    world.spoil = (text) => text.replace('"AccountType":"', '"AccountTypo":"').replace(/"Name":"[^"]*","/, '"Name":7,"');
    const user = await world.join();
    await world.untilQuiet();
    await expect(await traceOf(world, user, "one account has no type")).toMatchFileSnapshot(kept("accounts that cannot be read"));
  });

  it("when foreign payments settle what is older than the copy", async ({ expect }) => {
    const world = on.world("older", { size: 40, multiCurrency: true });
    const mutate = (kind: string, count: number, backDays: number) =>
      world.twin.control.mutate(world.realm, { seed: `older:${kind}`, count, backDays, kinds: [kind] as unknown as typeof KINDS });
    mutate("foreign", 30, 300);
    await world.later(40 * 24 * HOUR_MS);
    mutate("pay", 40, 1);
    await world.later(2 * HOUR_MS);
    const user = await world.join("2026-12-01");
    await world.untilQuiet();
    expect(world.traffic.some((line) => line.includes("WHERE Id IN"))).toBe(true);
    await expect(await traceOf(world, user, "from December on")).toMatchFileSnapshot(kept("foreign payments of what is older"));
  });

  it("when the books change right after the changes were read, in a company with stock", async ({ expect }) => {
    const { world, user } = await on.copied("late", { size: 40, inventory: true });
    await traceOf(world, user, "a first copy");
    let read = false;
    world.spoil = (text) => {
      if (read || !world.traffic.at(-1)?.includes("/cdc")) return text;
      read = true;
      world.twin.control.mutate(world.realm, { seed: "late", count: 6, backDays: 200, kinds: ["amount"] as unknown as typeof KINDS });
      return text;
    };
    await world.later(25 * HOUR_MS);
    await expect(await traceOf(world, user, "the books change while they are proven")).toMatchFileSnapshot(kept("changes right after they were read"));
  });

  it.for(["keep", "erase"] as const)("when the company is unlinked and its data is to %s, and Intuit fails twice", async (data, { expect }) => {
    const { world, user } = await on.copied(`unlink ${data}`);
    await traceOf(world, user, "a first copy");
    const { id } = await on.one<{ id: string }>("select id from accounts where user_id = $1", [user]);
    world.twin.control.addFault({ match: { realm: world.realm, target: "revoke" }, times: 2, fault: { kind: "status", status: 500 } });
    await removeAccount(onBehalf(world.services, systemActor(user)), id, data);
    await world.untilQuiet();
    await expect(await traceOf(world, user, "unlinked")).toMatchFileSnapshot(kept(`unlinked to ${data}`));
  });

  it("when the books have drifted, and when much seems to be gone", async ({ expect }) => {
    const { world, user } = await on.copied("drifted", { size: 40 });
    await traceOf(world, user, "a first copy");
    await on.machine.owner.query(
      "update postings set home_amount = home_amount + (case when line = 0 then 7 else -7 end) where line < 2 and transaction_id = (select id from transactions where user_id = $1 and entity = 'Purchase' order by transaction_date, id offset 9 limit 1)",
      [user],
    );
    await world.later(25 * HOUR_MS);
    const trace = [await traceOf(world, user, "a posting changed behind our back")];
    for (const { Id } of purchasesOf(world).slice(0, 14)) world.twin.control.write(world.realm, { entity: "Purchase", operation: "delete", body: { Id } });
    await world.later(40 * 24 * HOUR_MS);
    trace.push(await traceOf(world, user, "fourteen purchases gone at once: held"));
    const { id } = await on.one<{ id: string }>("select id from accounts where user_id = $1", [user]);
    await startSync(onBehalf(world.services, systemActor(user)), id, { acceptRemovals: true });
    await world.untilQuiet();
    trace.push(await traceOf(world, user, "accepted"));
    await expect(trace.join("\n")).toMatchFileSnapshot(kept("drift and removals"));
  });

  it("when QuickBooks gives no quarter of its ledger in one piece", async ({ expect }) => {
    const { world, user } = await on.copied("ledger", { size: 40, inventory: true });
    await traceOf(world, user, "a first copy");
    world.twin.control.mutate(world.realm, { seed: "ledger", count: 6, backDays: 200, kinds: ["amount", "add"] as unknown as typeof KINDS });
    world.twin.control.addFault({ match: { realm: world.realm, operation: "reports/GeneralLedger" }, fault: { kind: "fault", code: "4001" } });
    await world.later(25 * HOUR_MS);
    await expect(await traceOf(world, user, "by the month")).toMatchFileSnapshot(kept("a ledger by the month"));
  });

  it("when its sealed token does not open", async ({ expect }) => {
    const { world, user } = await on.copied("sealed");
    await traceOf(world, user, "a first copy");
    await on.machine.owner.query("update accounts set access_token = refresh_token where user_id = $1", [user]);
    world.jump(HOUR_MS / 2);
    const { id } = await on.one<{ id: string }>("select id from accounts where user_id = $1", [user]);
    await startSync(onBehalf(world.services, systemActor(user)), id);
    await world.untilQuiet();
    await expect(await traceOf(world, user, "another's ciphertext")).toMatchFileSnapshot(kept("a token that does not open"));
  });
});
