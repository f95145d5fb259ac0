import { createReadStream, createWriteStream } from "node:fs";
import { once } from "node:events";
import type pg from "pg";

type Wire = {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
  stream: { writableNeedDrain: boolean } & NodeJS.EventEmitter;
};

/** COPY as the protocol has it: no tool of another version, and any server that the driver reaches. */
abstract class Copy {
  readonly done: Promise<number>;
  #settle: { resolve(rows: number): void; reject(error: Error): void } = { resolve: () => undefined, reject: () => undefined };
  #rows = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.done = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
  }
  submit(connection: Wire): void {
    connection.query(this.#text);
  }
  handleCommandComplete({ text }: { text: string }): void {
    this.#rows = Number(text.split(" ")[1]);
  }
  handleReadyForQuery(): void {
    void this.ended().then(
      () => this.#settle.resolve(this.#rows),
      (error: Error) => this.#settle.reject(error),
    );
  }
  handleError(error: Error): void {
    this.#settle.reject(error);
  }
  protected abstract ended(): Promise<void>;
}

class CopyOut extends Copy {
  readonly #file;
  constructor(text: string, file: string) {
    super(text);
    this.#file = createWriteStream(file);
  }
  handleCopyData({ chunk }: { chunk: Buffer }): void {
    this.#file.write(Buffer.from(chunk));
  }
  protected override async ended(): Promise<void> {
    this.#file.end();
    await once(this.#file, "close");
  }
}

class CopyIn extends Copy {
  readonly #file: string;
  constructor(text: string, file: string) {
    super(text);
    this.#file = file;
  }
  handleCopyInResponse(connection: Wire): void {
    void (async () => {
      for await (const chunk of createReadStream(this.#file) as AsyncIterable<Buffer>) {
        connection.sendCopyFromChunk(chunk);
        if (connection.stream.writableNeedDrain) await once(connection.stream, "drain");
      }
      connection.endCopyFrom();
    })().catch((error: unknown) => connection.sendCopyFail(String(error)));
  }
  protected override ended(): Promise<void> {
    return Promise.resolve();
  }
}

/** A table into a file; returns how many rows. */
export function copyOut(client: pg.Client, table: string, columns: readonly string[], file: string): Promise<number> {
  return run(client, new CopyOut(`copy ${table} (${columns.join(", ")}) to stdout`, file));
}

/** A file into a table; returns how many rows. */
export function copyIn(client: pg.Client, table: string, columns: readonly string[], file: string): Promise<number> {
  return run(client, new CopyIn(`copy ${table} (${columns.join(", ")}) from stdin`, file));
}

function run(client: pg.Client, copy: CopyOut | CopyIn): Promise<number> {
  client.query(copy as unknown as pg.Submittable);
  return copy.done;
}
