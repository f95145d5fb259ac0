import { connect } from "node:net";
import pg from "pg";
import { type Credentials, Refused, type Statement } from "./wire.ts";

type Row = (string | null)[];
export type Result = pg.QueryArrayResult<Row>;

/** Every value as the text that PostgreSQL sent: whoever reads it parses it. */
const asText: pg.CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

/** A statement that may outlive its transaction, in the session: whoever comes next must not find it. */
const LEAVES_TRACES = /^\s*(?:set|reset|listen|prepare|load|declare)\b|\btemp(?:orary)?\s|advisory_lock|set_config\((?![^)]*,\s*true\s*\))/i;

/** The extended protocol even without parameters: several statements in one text are refused, as Neon refuses them. */
function extended(text: string, values: unknown[]): pg.QueryArrayConfig & { queryMode: "extended" } {
  return { text, values, rowMode: "array", queryMode: "extended" };
}

/** PostgreSQL's sessions, a small pool per connection string, for callers who have no session of their own. */
export class Sessions {
  readonly #address: { host: string; port: number };
  readonly #pools = new Map<string, pg.Pool>();

  constructor(address: { host: string; port: number }) {
    this.#address = address;
  }

  /** Runs the statements; with `begin`, as one transaction. Everything is sent before the first answer is read. */
  async run(credentials: Credentials, statements: Statement[], begin: string | null, signal: AbortSignal): Promise<Result[]> {
    const client = await this.#borrow(credentials);
    const abandon = () => this.#abandon(client);
    if (signal.aborted) client.release();
    signal.throwIfAborted();
    signal.addEventListener("abort", abandon, { once: true });
    const before = begin === null ? [] : [client.query(begin)];
    const asked = statements.map(({ query, params }) => client.query<Row>(extended(query, params)));
    // after a failure this rolls back
    const after = begin === null ? [] : [client.query("commit")];
    const settled = await Promise.allSettled([...before, ...asked, ...after]);
    signal.removeEventListener("abort", abandon);
    void this.#giveBack(client, statements, signal.aborted);
    const failed = settled.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
    return Promise.all(asked);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }

  async #borrow(credentials: Credentials): Promise<pg.PoolClient> {
    try {
      return await this.#poolOf(credentials).connect();
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw new Refused(500, "could not connect to postgres in compute", { cause: error });
      // Neon knows the passwords itself, and does not ask PostgreSQL: no code, and quotes of its own
      if (error.code === "28P01") throw new Refused(400, `password authentication failed for user '${credentials.user}'`);
      throw new Refused(500, error.message, { cause: error });
    }
  }

  #poolOf(credentials: Credentials): pg.Pool {
    const key = JSON.stringify(credentials);
    let pool = this.#pools.get(key);
    if (!pool) {
      pool = new pg.Pool({ ...this.#address, ...credentials, max: 20, idleTimeoutMillis: 10_000, pipeline: true, types: asText });
      pool.on("error", () => undefined);
      // the pool listens to idle sessions alone; one that dies while it is lent must not end this process
      pool.on("connect", (client) => client.on("error", () => undefined));
      this.#pools.set(key, pool);
    }
    return pool;
  }

  /** Clean, or not at all. The caller has its answer already. */
  async #giveBack(client: pg.PoolClient, statements: Statement[], abandoned: boolean): Promise<void> {
    const idle = client.getTransactionStatus() === "I";
    if (abandoned || !idle) return client.release(true);
    if (!statements.some(({ query }) => LEAVES_TRACES.test(query))) return client.release();
    await client.query("discard all").then(
      () => client.release(),
      (error: Error) => client.release(error),
    );
  }

  /** The caller is gone: what runs is cancelled, what waits behind it is not started, nothing is committed. */
  #abandon(client: pg.PoolClient): void {
    const request = Buffer.alloc(16);
    for (const [i, word] of [16, 80877102, Reflect.get(client, "processID"), Reflect.get(client, "secretKey")].entries())
      request.writeInt32BE(Number(word), i * 4);
    const socket = connect(this.#address, () => socket.end(request));
    socket.on("error", () => undefined);
    socket.once("close", () => client.connection.stream.destroy());
  }
}
