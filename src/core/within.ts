/** What `work` comes to, or an error when that took longer than `ms`. The work itself goes on: it cannot be called back. */
export async function within<T>(ms: number, work: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What `work` comes to, with a signal that aborts after `ms`. Unlike `AbortSignal.timeout` the timer ends with the work: a Worker
 * may hold 10,000 at once, and one that calls ten thousand times within a long time-out would be refused the next.
 */
export async function abortedAfter<T>(ms: number, work: (signal: AbortSignal) => PromiseLike<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException(`no answer within ${ms} ms`, "TimeoutError")), ms);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
