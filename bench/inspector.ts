type Target = { webSocketDebuggerUrl: string };
type HeapUsage = { usedSize: number; backingStorageSize?: number; embedderHeapUsedSize?: number };

/** workerd's inspector: the only honest reading of a Worker's memory, since uncollected garbage is no measure. */
export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #sequence = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", (event) => {
      const message = JSON.parse(String(event.data)) as { id?: number; result?: unknown };
      if (message.id !== undefined) this.#waiting.get(message.id)?.(message.result);
    });
  }

  static async open(port: number): Promise<Inspector> {
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as Target[];
    const url = targets[0]?.webSocketDebuggerUrl;
    if (!url) throw new Error("the inspector names no target");
    const socket = new WebSocket(url, { headers: { origin: "http://localhost" } } as unknown as string[]);
    await new Promise((opened, failed) => {
      socket.addEventListener("open", opened, { once: true });
      socket.addEventListener("error", failed, { once: true });
    });
    const inspector = new Inspector(socket);
    await inspector.#call("HeapProfiler.enable");
    return inspector;
  }

  /** Bytes that are alive: what is used after a collection, and the backing stores. */
  async liveHeap(): Promise<number> {
    await this.#call("HeapProfiler.collectGarbage");
    const usage = (await this.#call("Runtime.getHeapUsage")) as HeapUsage;
    return usage.usedSize + (usage.backingStorageSize ?? 0);
  }

  close(): void {
    this.#socket.close();
  }

  #call(method: string): Promise<unknown> {
    const id = ++this.#sequence;
    return new Promise((answer, fail) => {
      // a Worker that was loaded again, because its source changed, answers no more
      const patience = setTimeout(() => fail(new Error(`the inspector does not answer ${method}`)), 60_000);
      this.#waiting.set(id, (result) => (clearTimeout(patience), answer(result)));
      this.#socket.send(JSON.stringify({ id, method }));
    });
  }
}
