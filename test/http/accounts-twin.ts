import { inject } from "vitest";
import { patiently, type Person } from "../person.ts";

const twin = () => `${inject("worldUrl")}/quickbooks`;
let made = 0;

/** A string of QuickBooks' twin to pull. */
export async function control<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T> {
  const reply = await fetch(`${twin()}/_control${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
  return (await reply.json()) as T;
}

/** A company of this test alone. */
export async function freshCompany(size = 10): Promise<string> {
  const realm = `91303${String(Date.now()).slice(-9)}${String(++made).padStart(4, "0")}`;
  await control("POST", "/companies", { template: "generated", realm, seed: made, size, multiCurrency: false, inventory: false });
  return realm;
}

/** The person says yes, or no, on QuickBooks' page; returns where the browser is sent. */
export async function consent(authorizeUrl: string, realm: string, decision = "allow"): Promise<URL> {
  const reply = await fetch(authorizeUrl, { method: "POST", redirect: "manual", body: new URLSearchParams({ realmId: realm, decision }) });
  return new URL(reply.headers.get("location") ?? "");
}

/** The link code that the callback hands to the browser. */
export async function linkCodeFor(somebody: Person, realm: string): Promise<{ linkCode: string; callback: string }> {
  const { body } = await patiently(() =>
    somebody.post<{ authorizeUrl: string }>("/accounts", { service: "quickbooks", returnUrl: "https://app.finhelm.test/done" }),
  );
  const back = await consent(body.authorizeUrl, realm);
  const callback = back.pathname + back.search;
  const reply = await patiently(() => somebody.stranger.get(callback));
  return { linkCode: new URL(reply.headers.get("location") ?? "").searchParams.get("linkCode") ?? "", callback };
}

export async function connected(somebody: Person, realm: string): Promise<string> {
  const { linkCode } = await linkCodeFor(somebody, realm);
  const { status, body } = await patiently(() => somebody.post<{ id: string }>("/accounts/complete", { linkCode }));
  if (status !== 201) throw new Error(`complete: ${status} ${JSON.stringify(body)}`);
  return body.id;
}

export async function until<T>(what: () => Promise<T | undefined | false | null>, seconds = 20): Promise<T> {
  for (let tries = 0; tries < seconds * 10; tries++) {
    const found = await what();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("it never came");
}

/** Runs a statement as the owner of the database: for what only time would bring about. */
export async function asOwner(query: string, params: unknown[]): Promise<string[][]> {
  const reply = await fetch(`${inject("worldUrl")}/neon/sql`, {
    method: "POST",
    headers: { "neon-connection-string": inject("ownerUrl"), "neon-array-mode": "true", "neon-raw-text-output": "true" },
    body: JSON.stringify({ query, params }),
  });
  const body = (await reply.json()) as { rows?: string[][]; message?: string };
  if (!body.rows) throw new Error(body.message);
  return body.rows;
}

export async function tokenCalls(realm: string): Promise<number> {
  const { calls } = await control<{ calls: unknown[] }>("GET", `/calls?realm=${realm}&target=token`);
  return calls.length;
}
