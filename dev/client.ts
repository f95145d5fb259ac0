/** A client of the API as anybody could write one: plain HTTP, nothing of the product's code. */

export type Reply<T> = { status: number; body: T };
export type Account = { id: string; serviceName: string; displayName: string; status: string };
export type Run = {
  id: string;
  phase: string;
  finishedAt: string | null;
  counts: Record<string, Record<string, number>>;
  incomplete: boolean;
  reason: string | null;
};
export type Page<T> = { data: T[]; nextCursor: string | null };

export const SAMPLE_COMPANY = "9130350000000001";
export const REAL_COMPANY = "9130350000000002";

const KEY_SCOPES = [
  "profile:read",
  "accounts:read",
  "accounts:write",
  "transactions:read",
  "transactions:write",
  "reports:read",
  "reports:write",
  "insights:read",
  "insights:ask",
];

class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export class Client {
  readonly #api: string;
  readonly #twins: string;
  readonly #address: string | undefined;
  #token: string | undefined;

  /** `address` is where the calls seem to come from: limits count by it, and on one machine everybody has the same. */
  constructor(api: string, twins: string, address?: string) {
    this.#api = api;
    this.#twins = twins;
    this.#address = address;
  }

  /** One call. Anything but success is an error that shows what the API said. */
  async call<T>(method: string, path: string, body?: unknown): Promise<Reply<T>> {
    const response = await fetch(path.startsWith("http") ? path : `${this.#api}${path}`, {
      method,
      headers: {
        ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
        ...(this.#address ? { "cf-connecting-ip": this.#address } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    const parsed: unknown = response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text;
    if (!response.ok) throw new Refused(response.status, `${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
    return { status: response.status, body: parsed as T };
  }

  get = async <T>(path: string) => (await this.call<T>("GET", path)).body;
  post = async <T>(path: string, body: unknown = {}) => (await this.call<T>("POST", path, body)).body;

  async signUp(person: { name: string; email: string; password: string }): Promise<void> {
    await this.post("/auth/signup", person);
  }

  async logIn({ email, password }: { email: string; password: string }): Promise<void> {
    this.#token = (await this.post<{ accessToken: string }>("/auth/login", { email, password })).accessToken;
  }

  /** An API key that may do all that a key can. */
  async makeKey(name: string): Promise<string> {
    return (await this.post<{ key: string }>("/api-keys", { name, scopes: KEY_SCOPES })).key;
  }

  /** The newest mail to an address that has a link; waits for it at most ten seconds. */
  async mail(address: string): Promise<{ subject: string; link: string }> {
    for (let tries = 0; tries < 100; tries++) {
      const { messages } = await this.get<{ messages: { subject: string; links: string[] }[] }>(
        `${this.#twins}/mail/_control/messages?to=${encodeURIComponent(address)}`,
      );
      const found = messages.find((message) => message.links.length > 0);
      if (found?.links[0]) return { subject: found.subject, link: found.links[0] };
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`no mail came for ${address}`);
  }

  /** Connects a company as a person does: consents on QuickBooks' page, comes back, and completes. */
  async connect(realmId: string, options: { syncFrom?: string } = {}): Promise<Account> {
    const { authorizeUrl } = await this.post<{ authorizeUrl: string }>("/accounts", { service: "quickbooks", ...options });
    const consent = await fetch(authorizeUrl, { method: "POST", redirect: "manual", body: new URLSearchParams({ realmId, decision: "allow" }) });
    const callback = consent.headers.get("location");
    if (!callback) throw new Error(`the consent page answered ${consent.status}: ${(await consent.text()).slice(0, 300)}`);
    const parked = await fetch(callback, { redirect: "manual" });
    const linkCode = new URL(parked.headers.get("location") ?? "http://nowhere").searchParams.get("linkCode");
    if (!linkCode) throw new Error(`the callback answered ${parked.status}: ${(await parked.text()).slice(0, 300)}`);
    return this.post<Account>("/accounts/complete", { linkCode });
  }

  /** Waits for the newest run of an account to end, reporting progress; at most five minutes. A 503 is no answer yet. */
  async synced(accountId: string, progress: (run: Run) => void = () => undefined): Promise<Run> {
    for (let tries = 0; tries < 1_000; tries++) {
      const [run] = (await this.#orUnavailable(this.get<Page<Run>>(`/accounts/${accountId}/sync-runs`)))?.data ?? [];
      if (run) progress(run);
      if (run?.finishedAt) return run;
      await new Promise((done) => setTimeout(done, 300));
    }
    throw new Error("the sync did not end within five minutes");
  }

  async #orUnavailable<T>(asked: Promise<T>): Promise<T | undefined> {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof Refused && error.status === 503) return undefined;
      throw error;
    }
  }
}
