import "./check-node.ts";
import { Client, type Page, type Run, SAMPLE_COMPANY } from "./client.ts";
import { API, isUp, startStack, TWINS } from "./stack.ts";
import { barChart, progressBar, table } from "./terminal.ts";

type Transaction = {
  id: string;
  transactionDate: string;
  amount: string;
  currency: string;
  category: string | null;
  description: string | null;
  counterparty: string | null;
};
type Summary = { data: { key: string | null; currency: string; in: string; out: string; net: string; count: number }[] };
type Report = { id: string; status: string; downloadUrl: string | null };
type Insight = { answer: string; grounding: string };

const stamp = Date.now().toString(36);
const person = { name: "Ada", email: `ada-${stamp}@finhelm.test`, password: "a calm sea and a fair wind" };

const stack = (await isUp()) ? undefined : await startStack((line) => console.log(line));
let step = "start";
const doing = (what: string) => {
  step = what;
  console.log(`\n\x1b[1m${what}\x1b[0m`);
};

try {
  await journey(new Client(API, TWINS));
  console.log("\nEvery step held.");
} catch (error) {
  console.error(`\n"${step}" did not hold: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await stack?.stop();
}
process.exit();

async function journey(client: Client): Promise<void> {
  doing("Sign up, read the mail, verify, log in");
  await client.signUp(person);
  const mail = await client.mail(person.email);
  console.log(`  mail: "${mail.subject}"`);
  await client.get(mail.link);
  await client.logIn(person);

  doing("Connect QuickBooks and watch the sync");
  const account = await client.connect(SAMPLE_COMPANY);
  const run = await client.synced(account.id, (state) => process.stdout.write(`\r  ${progressBar(shareOf(state))} ${state.phase.padEnd(12)}`));
  console.log();
  must(run.phase === "done" && !run.incomplete, `the sync ended as ${run.phase} (${run.reason ?? "no reason"})`);
  const proof = await client.get<{ status: string; asOf: string }>(`/accounts/${account.id}/reconciliation`);
  console.log(`  our trial balance against QuickBooks' own: ${proof.status}`);
  must(proof.status === "balanced" || proof.status === "explained", `the proof says ${proof.status}`);

  doing("The latest transactions");
  const latest = await client.get<Page<Transaction>>("/transactions?limit=6");
  must(latest.data.length > 0, "no transactions");
  console.log(
    table(
      ["date", "amount", "", "counterparty", "category"],
      latest.data.map((row) => [row.transactionDate, row.amount, row.currency, row.counterparty ?? row.description ?? "", row.category ?? ""]),
      [1],
    ),
  );

  doing("Spending by category");
  const spending = await client.get<Summary>("/transactions/summary?groupBy=category");
  const bars = spending.data
    .filter((row) => row.out !== "0.00" && row.key !== null)
    .map((row) => ({ label: row.key ?? "", value: row.out.replace("-", ""), unit: row.currency }));
  must(bars.length > 0, "no spending");
  console.log(barChart(bars.sort((a, b) => Number(b.value) - Number(a.value)).slice(0, 8)));

  doing("A report as CSV");
  const range = { from: `${new Date().getUTCFullYear()}-01-01`, to: new Date().toISOString().slice(0, 10) };
  const report = await ready(client, await client.post<Report>("/reports", { type: "profit_and_loss", accountId: account.id, ...range }));
  const csv = await client.get<string>(report.downloadUrl ?? "");
  must(csv.split("\r\n").length > 3, "the CSV is empty");
  console.log(
    csv
      .split("\r\n")
      .slice(0, 6)
      .map((line) => `  ${line}`)
      .join("\n"),
  );

  doing("A question in plain language");
  const question = "What did I spend most on this year?";
  const insight = await client.post<Insight>("/ai/insights", { question });
  console.log(
    `  ${question}\n\n${insight.answer
      .split("\n")
      .map((line) => `  ${line}`)
      .join("\n")}\n\n  grounding: ${insight.grounding}`,
  );
  must(/\d/.test(insight.answer), "the answer has no figure");
}

async function ready(client: Client, report: Report): Promise<Report> {
  let current = report;
  for (let tries = 0; tries < 100 && current.status !== "ready"; tries++) {
    await new Promise((done) => setTimeout(done, 200));
    current = await client.get<Report>(`/reports/${report.id}`);
  }
  must(current.status === "ready" && current.downloadUrl !== null, `the report is ${current.status}`);
  return current;
}

function shareOf(run: Run): number {
  const counts = Object.values(run.counts);
  const expected = counts.reduce((sum, one) => sum + (one["expected"] ?? 0), 0);
  const written = counts.reduce((sum, one) => sum + (one["rows"] ?? 0), 0);
  return run.finishedAt ? 1 : expected === 0 ? 0 : Math.min(written / expected, 0.99);
}

function must(held: boolean, otherwise: string): void {
  if (!held) throw new Error(otherwise);
}
