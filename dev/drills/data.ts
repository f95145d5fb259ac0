import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ask, must, type Stack, until } from "./stack.ts";

/** Redis loses everything: answers are the same, and nothing that was ended comes back. */
export async function redisEmptied(stack: Stack): Promise<void> {
  const question = { question: "What did I spend last month?" };
  const paths = ["/transactions?limit=50", "/accounts", "/transactions/summary?groupBy=month"];
  const read = () => Promise.all(paths.map((path) => ask(stack, path)));
  const answerOf = async () => (JSON.parse((await ask(stack, "/ai/insights", stack.key, question)).text) as { answer: string }).answer;
  const { accessToken } = await stack.customer.post<{ accessToken: string }>("/auth/login", { email: stack.person.email, password: stack.person.password });
  must(stack, "a log-out", (await ask(stack, "/auth/logout", accessToken, {})).status, 200);
  const before = { read: await read(), answer: await answerOf() };
  const response = await fetch(stack.variables["UPSTASH_REDIS_REST_URL"] ?? "", {
    method: "POST",
    body: JSON.stringify(["FLUSHALL"]),
    headers: { authorization: `Bearer ${stack.variables["UPSTASH_REDIS_REST_TOKEN"] ?? ""}` },
  });
  must(stack, "Redis was emptied", response.status, 200);
  must(stack, `${paths.length} reads`, await read(), before.read);
  must(stack, "the answer to a question", await answerOf(), before.answer);
  must(stack, "the session that was ended", (await ask(stack, "/me", accessToken)).status, 401);
}

const POISON = 20;
const GOOD = 5;

/** Jobs that can never succeed, between others that can: the others are done, the poison stands aside with its cause, and nothing waits. */
export async function poisonedQueue(stack: Stack): Promise<void> {
  const parameters = { type: "category_breakdown", from: "2026-01-01", to: "2026-01-31", basis: "accrual", compare: "none", columns: "total" };
  const poison = { ...parameters, type: "profit_and_loss", accountId: "00000000-0000-7000-8000-000000000000" };
  const insert = (many: number, what: object) =>
    stack.owner.query(
      `insert into reports (id, user_id, report_type, parameters, parameters_hash, status, created_at)
       select gen_random_uuid(), (select id from users where email = $1), $2::jsonb ->> 'type', $2::jsonb, 'drill', 'queued', now() - interval '1 hour' from generate_series(1, $3::int)`,
      [stack.person.email, JSON.stringify(what), many],
    );
  await insert(POISON, poison);
  await insert(GOOD, parameters);
  stack.say(`put ${POISON} jobs that cannot succeed beside ${GOOD} that can`);
  const states = async () =>
    (
      await stack.owner.query<{ x: string }>(
        "select concat_ws(' ', report_type, status, count(*)) as x from reports where parameters_hash = 'drill' group by report_type, status order by 1",
      )
    ).rows.map((row) => row.x);
  await stack.tick();
  await until("an empty queue", async () => !(await states()).some((state) => /queued|running/.test(state)));
  must(stack, "what became of the jobs", await states(), [`category_breakdown ready ${GOOD}`, `profit_and_loss failed ${POISON}`]);
  const letters = async () => Number((await stack.owner.query<{ n: string }>("select count(*) as n from dead_letters where cause <> ''")).rows[0]?.n);
  await until("a dead letter of each", async () => (await letters()) >= POISON, 30);
  must(stack, "dead letters, each with its cause", await letters(), POISON);
  await stack.tick();
  must(stack, "dead letters after another tick", await letters(), POISON);
  must(stack, "a customer meanwhile", (await ask(stack, "/transactions?limit=5")).status, 200);
  await settleByHand(stack);
}

/** The letters, as an operator settles them: `npm run dead-letters`. */
async function settleByHand(stack: Stack): Promise<void> {
  const env = { ...process.env, API_URL: stack.api, OPS_TOKEN: stack.variables["OPS_TOKEN"] ?? "" };
  const script = async (...given: string[]) =>
    (await promisify(execFile)(process.execPath, [join(import.meta.dirname, "../dead-letters.ts"), ...given], { env })).stdout.trim();
  const list = async () => (await script("list")).split("\n");
  const [first = "", second = ""] = (await list()).map((line) => line.split(" ")[0] ?? "");
  must(stack, "dead-letters list", (await list()).at(-1), `${POISON} open`);
  const shown = JSON.parse(await script("show", first)) as { id: string; cause: string };
  must(stack, "dead-letters show", [shown.id, shown.cause !== ""], [first, true]);
  must(stack, "dead-letters drop", (await script("drop", first)).endsWith("dropped"), true);
  must(stack, "dead-letters replay", (await script("replay", second)).endsWith("replayed"), true);
  must(stack, "dead-letters replay all", (await script("replay", "all")).split("\n").filter((line) => line.endsWith("replayed")).length, POISON - 2);
  // their rows have failed for good: sent again, they do no harm
  await until("all settled", async () => (await list()).at(-1) === "0 open", 30);
}

/** A customer's copy is lost; a full sync makes it again, equal to before. */
export async function resync(stack: Stack): Promise<void> {
  const before = await books(stack);
  stack.say(`${before.rows.length} entries`);
  for (const table of ["postings", "transactions", "source_documents"])
    await stack.owner.query(`delete from ${table} where account_id = $1`, [stack.accountId]);
  must(stack, "entries after the loss", (await books(stack)).rows.length, 0);
  await stack.customer.post(`/accounts/${stack.accountId}/sync?mode=full`);
  must(stack, "the sync", (await stack.customer.synced(stack.accountId)).phase, "done");
  const after = await books(stack);
  must(stack, "entries, dates, amounts and postings", after.rows, before.rows);
  must(stack, "sums by ledger account", after.sums, before.sums);
  const { status } = await stack.customer.get<{ status: string }>(`/accounts/${stack.accountId}/reconciliation`);
  must(stack, "QuickBooks' own trial balance", ["balanced", "explained"].includes(status), true);
}

async function books(stack: Stack) {
  const list = async (text: string) => (await stack.owner.query<{ x: string }>(text, [stack.accountId])).rows.map((row) => row.x);
  const rows = await list(
    `select concat_ws('|', t.entity, t.external_id, t.transaction_date, t.amount, t.currency, t.category, t.counterparty, t.kind, t.is_deleted,
       (select string_agg(concat_ws(' ', l.external_id, p.amount, p.home_amount), ', ' order by l.external_id, p.amount, p.home_amount) from postings p join ledger_accounts l on l.id = p.ledger_account_id where p.transaction_id = t.id)) as x
     from transactions t where t.account_id = $1 and not t.is_deleted order by 1`,
  );
  const sums = await list(
    "select concat_ws(' ', l.external_id, sum(p.home_amount)) as x from postings p join ledger_accounts l on l.id = p.ledger_account_id where p.account_id = $1 group by l.external_id order by 1",
  );
  return { rows, sums };
}
