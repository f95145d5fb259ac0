import pg from "pg";
import { z } from "zod";

/** Neon's limits: of a request's body, and of the rows in a reply. */
export const MOST_BYTES = 10 * 1024 * 1024;

const Statement = z.object({ query: z.string(), params: z.array(z.unknown()).default([]), arrayMode: z.boolean().nullish() });
const Payload = z.union([Statement, z.object({ queries: z.array(Statement) })]);
export type Statement = z.output<typeof Statement>;
export type Payload = z.output<typeof Payload>;

export type Credentials = { user: string; password: string; database: string };

/** A refusal that Neon's proxy words itself, without PostgreSQL. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: 400 | 413 | 500 | 507;
  constructor(status: 400 | 413 | 500 | 507, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

export function readPayload(text: string): Payload {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Refused(400, `could not parse the HTTP request body: ${error instanceof Error ? error.message : "not JSON"}`);
  }
  const payload = Payload.safeParse(json);
  if (!payload.success) throw new Refused(400, "could not parse the HTTP request body: data did not match any variant of untagged enum Payload");
  return payload.data;
}

/** User, password and database are taken from the connection string; host and port are not ours to heed. */
export function readCredentials(header: string | undefined): Credentials {
  if (!header) throw new Refused(400, "invalid header: neon-connection-string");
  if (!URL.canParse(header)) throw new Refused(400, "invalid connection string: relative URL without a base");
  const url = new URL(header);
  if (!/^postgres(ql)?:$/.test(url.protocol)) throw new Refused(400, "incorrect scheme");
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decodeURIComponent);
  if (!database) throw new Refused(400, "missing database name");
  if (!user) throw new Refused(400, "missing username");
  if (!password) throw new Refused(400, "missing authentication credentials: required password");
  return { user, password, database };
}

const ISOLATION = new Map([
  ["ReadUncommitted", "read uncommitted"],
  ["ReadCommitted", "read committed"],
  ["RepeatableRead", "repeatable read"],
  ["Serializable", "serializable"],
]);

/** The statement that begins the batch's transaction, with what the headers ask for and nothing else. */
export function beginOf(headers: Headers): string {
  const asked = headers.get("neon-batch-isolation-level");
  const level = asked === null ? "" : ISOLATION.get(asked);
  if (level === undefined) throw new Refused(400, "invalid isolation level");
  const readOnly = headers.get("neon-batch-read-only") === "true" ? " read only" : "";
  const deferrable = headers.get("neon-batch-deferrable") === "true" ? " deferrable" : "";
  return `begin${level && ` isolation level ${level}`}${readOnly}${deferrable}`;
}

export type Output = { rawText: boolean; arrayMode: boolean };

export function outputOf(headers: Headers): Output {
  return { rawText: headers.get("neon-raw-text-output") === "true", arrayMode: headers.get("neon-array-mode") === "true" };
}

type Row = (string | null)[];

export function resultBody(result: pg.QueryArrayResult<Row>, output: Output): Record<string, unknown> {
  const fields = result.fields.map(({ name, dataTypeID, tableID, columnID, dataTypeSize, dataTypeModifier }) => ({
    name,
    dataTypeID,
    tableID,
    columnID,
    dataTypeSize,
    dataTypeModifier,
    format: "text",
  }));
  const values = output.rawText
    ? result.rows
    : result.rows.map((row) => row.map((text, i) => (text === null ? null : toJson(text, fields[i]?.dataTypeID ?? 0))));
  const rows = output.arrayMode ? values : values.map((row) => Object.fromEntries(row.map((value, i) => [fields[i]?.name ?? "", value])));
  return { rowAsArray: output.arrayMode, fields, rows, command: result.command ?? "", rowCount: result.rowCount };
}

const NUMBERS = new Set([21, 23, 700, 701]);
const JSONS = new Set([114, 3802]);
/** Arrays of booleans, numbers and JSON, whose elements are told apart; then those whose elements stay text. */
const TYPED_ARRAYS = new Set([1000, 1005, 1007, 1021, 1022, 199, 3807]);
const TEXT_ARRAYS = new Set([1009, 1015, 1016, 1231, 2951, 1182, 1115, 1185]);
const TEXT_ARRAY: number = 1009;

/** A value as JSON, for those who do not ask for raw text. */
function toJson(text: string, type: number): unknown {
  if (type === 16) return text === "t";
  if (NUMBERS.has(type)) return Number.isFinite(Number(text)) ? Number(text) : text;
  if (JSONS.has(type)) return JSON.parse(text);
  if (TYPED_ARRAYS.has(type)) return pg.types.getTypeParser(type)(text);
  return TEXT_ARRAYS.has(type) ? pg.types.getTypeParser(TEXT_ARRAY)(text) : text;
}

/** Every field that the driver looks for, null where PostgreSQL said nothing. */
export function errorBody(error: unknown): { status: 400 | 413 | 500 | 507; body: Record<string, unknown> } {
  const told = error instanceof Refused && error.cause instanceof pg.DatabaseError ? error.cause : error;
  const known: Partial<pg.DatabaseError> = told instanceof pg.DatabaseError ? told : {};
  const message = told instanceof Error ? told.message : "unknown error";
  const { detail = null, hint = null, position = null, internalPosition = null, internalQuery = null, where = null } = known;
  const { table = null, column = null, schema = null, dataType = null, constraint = null, file = null, line = null, routine = null } = known;
  const { code = "", severity = "" } = known;
  const body = {
    message,
    code,
    detail,
    hint,
    position,
    internalPosition,
    internalQuery,
    severity,
    where,
    table,
    column,
    schema,
    dataType,
    constraint,
    file,
    line,
    routine,
  };
  return { status: error instanceof Refused ? error.status : 400, body };
}
