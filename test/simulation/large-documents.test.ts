import { describe, it } from "vitest";
import { prepare, split } from "../../src/features/accounts/sync/prepare.ts";
import { createBooks } from "../../src/integrations/quickbooks/translate/books.ts";
import { faultsOf } from "./oracle.ts";
import { changing, purchasesOf } from "./replies.ts";
import { stage } from "./stage.ts";

const PROVE = process.env["PROVE"] === "1";
const MIB = 1024 * 1024;
const on = stage();

const runsOf = async (user: string) =>
  (await on.machine.owner.query("select phase, incomplete, reason from sync_runs where user_id = $1 order by created_at, id", [user])).rows;

describe("a document that is too large", () => {
  it("for one request to the database is posted without being kept, and named; the company goes on", async ({ expect }) => {
    const world = on.world("eleven-megabytes", { size: 60 });
    const purchases = purchasesOf(world);
    const large = purchases[0]?.Id;
    world.spoil = changing((document) => (document.Id === large ? { ...document, PrivateNote: "nine letters ".repeat((11 * MIB) / 13) } : document));
    const user = await world.join();
    await world.untilQuiet();
    expect(await runsOf(user)).toEqual([{ phase: "done", incomplete: true, reason: "documents_not_posted" }]);
    const { rows } = await on.machine.owner.query<{ external_id: string; kept: boolean; code: string }>(
      "select external_id, body is not null as kept, problems->0->>'code' as code from source_documents where user_id = $1 and problems is not null",
      [user],
    );
    expect(rows).toEqual([{ external_id: large, kept: false, code: "too_large" }]);
    expect(await faultsOf(world, user)).toEqual([]);
  });

  it("for one reply is asked for by its name alone, kept as unreadable, and the company goes on", async ({ expect }) => {
    const world = on.world("one-too-large", { size: 60 });
    const large = purchasesOf(world)[0]?.Id;
    const huge = changing((document) => (document.Id === large && "PaymentType" in document ? { ...document, PrivateNote: "x".repeat(21 * MIB) } : document));
    world.spoil = huge;
    const user = await world.join();
    await world.untilQuiet();
    expect(await runsOf(user)).toEqual([{ phase: "done", incomplete: true, reason: "documents_not_posted" }]);
    const { rows } = await on.machine.owner.query<{ external_id: string; code: string }>(
      "select external_id, problems->0->>'code' as code from source_documents where user_id = $1 and problems is not null",
      [user],
    );
    expect(rows).toEqual([{ external_id: large, code: "unreadable" }]);
    const { differences, status } = await on.one<{ status: string; differences: unknown[] }>(
      "select status, differences from reconciliations where user_id = $1 order by created_at desc limit 1",
      [user],
    );
    // what it says is in no figure of ours, and the proof says so
    expect([status, differences.length > 0]).toEqual(["drift", true]);
  });

  it("in its postings alone is only named: neither document nor postings are sent", ({ expect }) => {
    const account = (id: string) => ({
      id,
      name: id,
      fullyQualifiedName: id,
      classification: "Asset",
      accountType: "Bank",
      accountSubType: "",
      currency: "USD",
      active: true,
    });
    const books = createBooks({ homeCurrency: "USD", accounts: [account("1"), account("2")], items: [] });
    const line = (AccountRef: string, PostingType: string) => ({
      DetailType: "JournalEntryLineDetail",
      Amount: "1.00",
      Description: '"'.repeat(100),
      JournalEntryLineDetail: { PostingType, AccountRef: { value: AccountRef } },
    });
    const Line = Array.from({ length: 15_000 }, () => [line("1", "Debit"), line("2", "Credit")]).flat();
    const document = {
      Id: "7",
      SyncToken: "0",
      MetaData: { LastUpdatedTime: "2026-11-02T08:00:00Z" },
      TxnDate: "2026-11-02",
      CurrencyRef: { value: "USD" },
      Line,
    };
    const { rows } = prepare("JournalEntry", [document], { books, from: null, now: "2026-11-02T08:00:00Z", id: () => "i" });
    expect(rows.map(({ b, t, s, p }) => [b, t, s, p?.map(({ code }) => code)])).toEqual([[null, null, [], ["too_large"]]]);
  });

  it("is counted as it will stand in the request, where quotes are escaped twice", async ({ expect }) => {
    const row = (x: string, note: string) => ({ i: "", e: "Purchase", x, v: 0, c: "", d: null, del: false, b: { note }, p: null, t: null, s: [] });
    const rows = [row("1", '"'.repeat(100)), row("2", '"'.repeat(100)), row("3", "x".repeat(100)), row("4", "x".repeat(100))];
    const parts = split(rows, 1_000).map((part) => part.map(({ x }) => x));
    expect(parts).toEqual([["1"], ["2", "3"], ["4"]]);
    for (const part of split(rows, 1_000)) expect(JSON.stringify({ params: [JSON.stringify(part)] }).length).toBeLessThan(1_000 + 100);
  });

  it.skipIf(!PROVE)(
    "with its neighbours for one reply or one request comes by smaller pages and in parts, whatever its text escapes to",
    async ({ expect }) => {
      const world = on.world("thirty-megabytes", { size: 60 });
      const purchases = purchasesOf(world);
      const large = new Set(purchases.slice(0, 8).map(({ Id }) => Id));
      // a quote takes four bytes where text stands inside of text
      const quotes = '"'.repeat(1.4 * MIB);
      const words = "x".repeat(3.6 * MIB);
      world.spoil = changing((document) => (large.has(document.Id) ? { ...document, PrivateNote: quotes, Memo: words.slice(0, words.length / 2) } : document));
      await on.machine.databaseCalls();
      const user = await world.join();
      await world.untilQuiet();
      expect(await runsOf(user)).toEqual([{ phase: "done", incomplete: false, reason: null }]);
      const { rows } = await on.machine.owner.query<{ n: string; least: number }>(
        "select count(*) as n, min(length(body::text)) as least from source_documents where user_id = $1 and entity = 'Purchase' and external_id = any($2)",
        [user, [...large]],
      );
      expect([rows[0]?.n, (rows[0]?.least ?? 0) > 4 * MIB]).toEqual(["8", true]);
      expect((await on.machine.databaseCalls()).largestBody).toBeLessThan(10 * MIB);
      expect(await faultsOf(world, user)).toEqual([]);
    },
  );
});
