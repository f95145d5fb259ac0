import { GATE_TIMEOUT_MS } from "./limits.ts";

/** A gate's answer, or an error when it did not come in time. The call is not repeated: it may have counted. */
export async function inTime<T>(call: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new Error("the gate did not answer in time")), GATE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
