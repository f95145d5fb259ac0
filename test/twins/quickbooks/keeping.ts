import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { instant, pacific } from "../../../dev/twins/quickbooks/pacific.ts";
import { createQuickbooksTwin } from "../../../dev/twins/quickbooks/twin.ts";
import { APP, behaviour, call, on, REAL, SAMPLE, text } from "./harness.ts";

export function keeping(): void {
  describe("headers and time", () => {
    behaviour(
      "8.headers.tid",
      ["Intuit's page", "captured traffic"],
      "sends intuit_tid, QBO-Version, Server, Date and Expires with every reply, refusals too",
      async () => {
        const token = on().twin.control.connect(SAMPLE).access_token;
        const replies = [
          await call(SAMPLE, `companyinfo/${SAMPLE}`, { token }),
          await call(SAMPLE, "purchase/0", { token }),
          await call(SAMPLE, "purchase/0", { token: "none" }),
        ];
        for (const { headers } of replies)
          for (const name of ["intuit_tid", "qbo-version", "server", "date", "expires"]) expect(headers.get(name)).toBeTruthy();
        expect(new Set(replies.map(({ headers }) => headers.get("intuit_tid"))).size).toBe(3);
      },
    );
    behaviour("8.headers.dst", ["captured traffic"], "writes Pacific time on both sides of the change of clocks", async () => {
      expect(pacific(Date.parse("2026-03-08T09:59:59Z"))).toBe("2026-03-08T01:59:59-08:00");
      expect(pacific(Date.parse("2026-03-08T10:00:00Z"))).toBe("2026-03-08T03:00:00-07:00");
      expect(pacific(Date.parse("2026-11-01T08:59:59Z"))).toBe("2026-11-01T01:59:59-07:00");
      expect(pacific(Date.parse("2026-11-01T09:00:00Z"))).toBe("2026-11-01T01:00:00-08:00");
      for (const at of ["2026-01-05T12:00:00Z", "2026-07-05T12:00:00Z", "2026-03-08T10:00:00Z"])
        expect(instant(pacific(Date.parse(at)).slice(0, 19))).toBe(Date.parse(at));
      return Promise.resolve();
    });
    behaviour("control.clock", "assumption", "moves a company's clock and leaves the others where they are", async () => {
      const { control } = on().twin;
      const { realm } = control.createCompany({ template: "empty" });
      const other = await call(SAMPLE, `companyinfo/${SAMPLE}`);
      control.moveClock({ scope: realm, to: "2031-07-01T12:00:00Z" });
      const moved = await call(realm, `companyinfo/${realm}`);
      expect(text(moved.json["time"])).toMatch(/^2031-07-01T05:00:0\d\.\d{3}-07:00$/);
      expect(Date.parse(text((await call(SAMPLE, `companyinfo/${SAMPLE}`)).json["time"])) - Date.parse(text(other.json["time"]))).toBeLessThan(60_000);
    });
    behaviour("control.http", "assumption", "offers the control operations over HTTP, and refuses what it does not know", async () => {
      const post = (path: string, body: object) => fetch(`${on().base}/_control${path}`, { method: "POST", body: JSON.stringify(body) });
      const made = await post("/companies", { template: "generated", seed: 9, size: 20 });
      const { realm } = (await made.json()) as { realm: string };
      expect(made.status).toBe(201);
      expect((await post(`/companies/${realm}/mutate`, { seed: 1, count: 3 })).status).toBe(200);
      const balance = (await (await fetch(`${on().base}/_control/companies/${realm}/trial-balance?date=2030-01-01`)).json()) as {
        accounts: { balance: string }[];
      };
      expect(balance.accounts.reduce((sum, one) => sum + Math.round(Number(one.balance) * 100), 0)).toBe(0);
      expect((await post("/companies", { template: "none" })).status).toBe(400);
      expect((await fetch(`${on().base}/_control/companies/1/counters`)).status).toBe(200);
      expect((await post("/companies/12345/mutate", { seed: 1 })).status).toBe(404);
    });
  });
  restarts();
}

function restarts(): void {
  describe("restart", () => {
    behaviour(
      "state.survives",
      "assumption",
      "keeps tokens, companies, edits, tombstones and clocks over a restart, even behind a line cut short",
      async () => {
        const stateDir = mkdtempSync(join(tmpdir(), "twin-"));
        try {
          const first = createQuickbooksTwin({ ...APP, stateDir, now: () => 1_790_000_000_000 });
          const { realm } = first.control.createCompany({ template: "generated", seed: "kept", size: 60 });
          const tokens = first.control.connect(realm);
          first.control.moveClock({ scope: realm, advanceMs: 5000 });
          first.control.mutate(realm, { seed: 4, count: 40 });
          first.control.write(REAL, { entity: "Purchase", operation: "delete", body: { Id: "17" } });
          first.control.changeCompany(realm, { bookClose: "2020-01-01", cdcCap: "entity" });
          first.control.revalue(realm, { date: "2026-08-31" });
          const seen = (twin: typeof first) =>
            JSON.stringify([
              twin.control.documents(realm, "Invoice"),
              twin.control.documents(realm, "Purchase"),
              twin.control.trialBalance(realm, { date: "2027-01-01" }),
              twin.control.changeCompany(realm, {}),
              twin.control.trialBalance(REAL, { date: "2027-01-01" }),
            ]);
          const before = seen(first);
          await first.close();
          appendFileSync(join(stateDir, "quickbooks", `${realm}.jsonl`), '{"e":"Invoice","i":"1","r":{"sy');
          const second = createQuickbooksTwin({ ...APP, stateDir, now: () => 1_790_000_000_000 });
          expect(seen(second)).toBe(before);
          const reply = await second.app.request(`/v3/company/${realm}/companyinfo/${realm}`, {
            headers: { authorization: `Bearer ${tokens.access_token}`, accept: "application/json" },
          });
          expect(reply.status).toBe(200);
          expect(second.control.documents(REAL, "Purchase").deleted).toEqual(["17"]);
          await second.close();
        } finally {
          rmSync(stateDir, { recursive: true, force: true });
        }
      },
    );
  });
}
