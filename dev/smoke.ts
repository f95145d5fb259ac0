const TRIES = 20;

/** Null when the service is well within a minute: ready, of this release, with its document, and closed to strangers; else what is wrong. */
export async function smoke(url: string, release: string): Promise<string | null> {
  let wrong: string | null = "never asked";
  for (let tries = 0; tries < TRIES && wrong !== null; tries++) {
    if (tries > 0) await new Promise((done) => setTimeout(done, 3_000));
    wrong = await look(url, release);
  }
  return wrong;
}

async function look(url: string, release: string): Promise<string | null> {
  try {
    const ask = (path: string) => fetch(new URL(path, url), { redirect: "manual", signal: AbortSignal.timeout(5_000) });
    const ready = await ask("/health/ready");
    const health = (await ready.json()) as { release?: string };
    if (!ready.ok) return `not ready: ${JSON.stringify(health)}`;
    if (health.release !== release) return `the release that answers is ${health.release ?? "unknown"}, not ${release}`;
    const document = (await (await ask("/openapi.json")).json()) as { paths?: object };
    if (Object.keys(document.paths ?? {}).length < 10) return "the document names no operations";
    const stranger = await ask("/transactions");
    if (stranger.status !== 401) return `a stranger gets ${stranger.status} at /transactions`;
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
