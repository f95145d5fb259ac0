import "../dev/check-node.ts";
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { Client } from "../dev/client.ts";
import { Inspector } from "./inspector.ts";
import { openStage } from "./stage.ts";

/**
 * A CSV of a million rows through the API: the live heap of the Worker all the while beside that of ten thousand rows, and
 * the rate beside `psql \copy` of the same rows, in one run. `EXPORT_ROWS` asks for another number.
 */
const FEW = 10_000;
const MANY = Number(process.env["EXPORT_ROWS"] ?? 1_000_000);
const [LIMIT_MB, GROWTH_MOST] = [64, 1.2];
/** A short export is over in a few samples: made so often, its heap is seen as often as that of a long one. */
const FEW_TIMES = 12;
const [PORT, INSPECTOR_PORT] = [8811, 9341];

const { api, world, ownerUrl, owner, dataDir, close } = await openStage({ name: "export", port: PORT, inspectorPort: INSPECTOR_PORT });
try {
  const client = new Client(api, world.url);
  const person = { name: "Export", email: "export@finhelm.test", password: "a million rows at once" };
  await client.signUp(person);
  await client.get((await client.mail(person.email)).link);
  await client.logIn(person);
  await fill(person.email);
  const inspector = await Inspector.open(INSPECTOR_PORT);
  console.log(`${MANY + FEW} rows are there`);
  // both as the Worker finds them warm: what it loads once is no memory of rows
  await exported(client, inspector, "2001-01-01", "2001-12-31");
  const few = await exportedOften(client, inspector);
  const many = await exported(client, inspector, "2002-01-01", "2004-12-31");
  inspector.close();
  const copied = copy();
  const growth = many.heap / few.heap;
  console.log(`${few.rows} rows: live heap at most ${mb(few.heap)} MB in ${few.samples} samples`);
  console.log(
    `${many.rows} rows: live heap at most ${mb(many.heap)} MB in ${many.samples} samples (limit ${LIMIT_MB}), ${growth.toFixed(2)} times (limit ${GROWTH_MOST})`,
  );
  console.log(
    `export: ${mb(many.bytes)} MB in ${many.seconds.toFixed(1)} s, ${(many.bytes / 1e6 / many.seconds).toFixed(1)} MB/s, garbage being collected at every sample`,
  );
  console.log(`psql \\copy: ${mb(copied.bytes)} MB in ${copied.seconds.toFixed(1)} s, ${(copied.bytes / 1e6 / copied.seconds).toFixed(1)} MB/s`);
  process.exitCode = many.heap < LIMIT_MB * 1e6 && growth <= GROWTH_MOST && few.rows === FEW && many.rows === MANY ? 0 : 1;
} finally {
  await close();
}
process.exit();

type Exported = { rows: number; bytes: number; seconds: number; heap: number; samples: number };
type Report = { id: string; status: string; rows: number; bytes: number; percent: number };

/** Orders the list, and reads the live heap until it is ready: of a long one seldom enough to let the Worker work. */
async function exported(client: Client, inspector: Inspector, from: string, to: string): Promise<Exported> {
  const started = performance.now();
  let made: Report | undefined;
  const ordering = client.post<Report>("/reports", { type: "transactions", from, to }).then((report) => (made = report));
  let [heap, samples] = [0, 0];
  while (made?.status !== "ready") {
    heap = Math.max(heap, await inspector.liveHeap());
    samples += 1;
    if (made) made = await client.get<Report>(`/reports/${made.id}`);
    if (made?.status === "failed" || performance.now() - started > 1_500_000) throw new Error(`the export did not end: ${JSON.stringify(made)}`);
    await new Promise((done) => setTimeout(done, made ? 2_000 : 150));
  }
  await ordering;
  return { rows: made.rows, bytes: made.bytes, seconds: (performance.now() - started) / 1000, heap, samples };
}

/** The same few rows over again, each time of another period, so that none is taken over from before: the most of all samples. */
async function exportedOften(client: Client, inspector: Inspector): Promise<Exported> {
  const all: Exported[] = [];
  for (let n = 1; n <= FEW_TIMES; n++) all.push(await exported(client, inspector, `2000-12-${String(n).padStart(2, "0")}`, "2001-12-31"));
  const [first] = all;
  if (!first || all.some(({ rows }) => rows !== first.rows)) throw new Error("an export has other rows than the one before");
  return { ...first, heap: Math.max(...all.map(({ heap }) => heap)), samples: all.reduce((sum, { samples }) => sum + samples, 0) };
}

/** The rows, without indexes while they come: making those afterwards is quicker. */
async function fill(email: string): Promise<void> {
  const { rows: indexes } = await owner.query<{ name: string; definition: string }>(
    "select indexname as name, indexdef as definition from pg_indexes where schemaname = 'public' and tablename = 'transactions' and indexname <> 'transactions_pkey'",
  );
  for (const { name } of indexes) await owner.query(`drop index ${name}`);
  const add = (first: string, days: number, count: number) =>
    owner.query(
      `insert into transactions (id, user_id, account_id, source, transaction_date, amount, currency, category, description, counterparty, kind, moved_cash, created_at, updated_at)
       select gen_random_uuid(), a.user_id, a.id, 'manual', $2::date + i % $3::int, (i % 100000 - 50000)::numeric / 100, 'USD', 'Category ' || i % 40, 'What was bought on that day, row ' || i, 'Vendor ' || i % 2000, 'manual', true, '2026-01-01', '2026-01-01'
       from generate_series(1, $4::int) i cross join (select a.* from accounts a join users u on u.id = a.user_id where u.email = $1) a`,
      [email, first, days, count],
    );
  await add("2001-01-01", 364, FEW);
  await add("2002-01-01", 1000, MANY);
  for (const { definition } of indexes) await owner.query(definition);
  await owner.query("vacuum analyze transactions");
}

/** What is quickest: the same columns of the same rows, from PostgreSQL's own client into a file. */
function copy(): { bytes: number; seconds: number } {
  const file = join(dataDir, "copy.csv");
  const columns = "transaction_date, amount, currency, category, counterparty, description, kind, source, id";
  const command = `\\copy (select ${columns} from transactions where transaction_date >= '2002-01-01' order by transaction_date, id) to '${file}' with (format csv, header)`;
  const started = performance.now();
  const { status, stderr, error } = spawnSync("psql", [ownerUrl, "-qc", command], { encoding: "utf8" });
  if (error) throw new Error("psql is needed beside this measurement: apt-get install postgresql-client", { cause: error });
  if (status !== 0) throw new Error(stderr);
  const seconds = (performance.now() - started) / 1000;
  return { bytes: statSync(file).size, seconds };
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
