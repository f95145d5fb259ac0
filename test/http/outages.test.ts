import { describe, it } from "vitest";
import { type Cell, DEPENDENCIES, NEEDS, type Operation, operations, Trial } from "../outages/matrix.ts";
import { person } from "../person.ts";
import { PLANS } from "../outages/plans.ts";
import { type Dependency, MODES, workerBehindFaults } from "../outages/behind.ts";

const all = await operations();
await person();
const isLong = process.env["PROVE"] !== undefined;
const QUICK = ["reset", "500", "garbage", "half"] as const;
/** Where waiting is tried out in the short run: a read and a write, and those that need more than the database. */
const PATIENT = new Set(["getProfile", "recordTransaction", "downloadReport"]);

/** Every dependency and every fault. In short: each dependency that the operation needs with one fault; all others hang while it recovers. */
function cellsOf(operation: Operation, index: number): Cell[] {
  const cell = (dependency: Cell["dependency"], mode: Cell["mode"], after = 0): Cell => ({ operation, dependency, mode, after });
  // what writes may lose the database at any of its steps
  const steps = operation.method === "GET" ? [] : [1, 2, 3, 4].flatMap((after) => (["reset", "half"] as const).map((mode) => cell("postgres", mode, after)));
  if (isLong) return [cell("none", "500"), ...DEPENDENCIES.flatMap((dependency) => MODES.map((mode) => cell(dependency, mode))), ...steps];
  const quick = (shift: number) => QUICK[(index + shift) % QUICK.length] ?? "500";
  const needed = Object.keys(NEEDS[operation.operationId] ?? {}) as Dependency[];
  // each costs somebody new
  const isFresh = PLANS[operation.operationId]?.fresh === true;
  return [
    ...(isFresh && index % 2 ? [] : [cell("postgres", isFresh ? "500" : quick(0))]),
    cell("gate", isFresh ? "reset" : quick(1)),
    ...needed.map((dependency) => cell(dependency, quick(2))),
    ...(PATIENT.has(operation.operationId) ? [cell("postgres", "hang"), cell("gate", "hang"), cell("files", "slow")] : []),
  ];
}

const count = { cells: 0, failures: 0 };

describe("when a dependency does not answer", () => {
  it("has every one of them up as long as none is broken", async ({ expect }) => {
    const { status, body } = await workerBehindFaults().call("GET", "/health/ready", {});
    expect([status, body]).toEqual([200, expect.objectContaining({ postgres: "up", redis: "up", gate: "up" })]);
  });

  it.concurrent.each(all.map((operation, index) => ({ operation, index, name: operation.operationId })))(
    "[J1] $name answers in time as documented, leaves nothing half written, and recovers",
    { timeout: 600_000 },
    async ({ operation, index }) => {
      const { expect } = await import("vitest");
      const trial = new Trial(operation);
      try {
        for (const cell of cellsOf(operation, index)) await trial.run(cell);
      } finally {
        await trial.done();
      }
      const findings = trial.findings();
      count.cells += trial.cells;
      count.failures += findings.length;
      console.log(
        `${operation.operationId}: ${trial.cells} cells, ${findings.length} failures; so far ${count.cells} cells, ${count.failures} failures${findings.map((one) => `\n  ${one}`).join("")}`,
      );
      expect(findings).toEqual([]);
    },
  );
});
