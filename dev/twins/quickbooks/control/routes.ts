import { Hono, type Context } from "hono";
import { z } from "zod";
import { ApiFault } from "../fault.ts";
import type { Control } from "./control.ts";

type In<K extends keyof Control> = Control[K] extends (...args: infer A) => unknown ? A[number] : never;

/** The control operations over HTTP: JSON in, JSON out, no key. Each body is checked by the operation itself. */
export function controlRoutes(control: Control): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof z.ZodError) return c.json({ message: z.prettifyError(error) }, 400);
    if (error instanceof ApiFault) return c.json({ message: error.message, detail: error.spec.detail, code: error.spec.code }, 400);
    if (error instanceof RangeError) return c.json({ message: error.message }, 404);
    return c.json({ message: String(error) }, 500);
  });
  const realm = (c: Context) => c.req.param("realm") ?? "";
  companies(app, control, realm);
  ledger(app, control, realm);
  traffic(app, control, realm);
  oauth(app, control, realm);
  return app;
}

/** The body, unchecked: whoever takes it parses it. */
async function body<T>(c: Context): Promise<T> {
  const text = await c.req.text();
  // safe: every operation parses what it is given with its own schema
  return (text === "" ? {} : JSON.parse(text)) as T;
}

function companies(app: Hono, control: Control, realm: (c: Context) => string): void {
  app.get("/companies", (c) => c.json({ companies: control.companies() }));
  app.post("/companies", async (c) => c.json(control.createCompany(await body<In<"createCompany">>(c)), 201));
  app.patch("/companies/:realm", async (c) => c.json(control.changeCompany(realm(c), await body<Parameters<Control["changeCompany"]>[1]>(c))));
  app.delete("/companies/:realm", (c) => c.json(control.removeCompany(realm(c))));
  app.post("/companies/:realm/write", async (c) => c.json(control.write(realm(c), await body<Parameters<Control["write"]>[1]>(c))));
  app.post("/companies/:realm/mutate", async (c) => c.json(control.mutate(realm(c), await body<Parameters<Control["mutate"]>[1]>(c))));
  app.post("/companies/:realm/revalue", async (c) => c.json(control.revalue(realm(c), await body<Parameters<Control["revalue"]>[1]>(c))));
  app.post("/clock", async (c) => c.json(control.moveClock(await body<In<"moveClock">>(c))));
  app.post("/flush", async (c) => {
    await control.flush();
    return c.json({ flushed: true });
  });
}

function ledger(app: Hono, control: Control, realm: (c: Context) => string): void {
  app.get("/companies/:realm/trial-balance", (c) =>
    c.json(control.trialBalance(realm(c), { date: c.req.query("date") ?? "9999-12-31", basis: c.req.query("basis") })),
  );
  app.get("/companies/:realm/profit-and-loss", (c) =>
    c.json(control.profitAndLoss(realm(c), { from: c.req.query("from") ?? "0001-01-01", to: c.req.query("to") ?? "9999-12-31", basis: c.req.query("basis") })),
  );
  app.get("/companies/:realm/postings", (c) =>
    c.json(control.postings(realm(c), { from: c.req.query("from"), to: c.req.query("to"), basis: c.req.query("basis"), cause: c.req.query("cause") })),
  );
  app.get("/companies/:realm/documents/:entity", (c) => c.json(control.documents(realm(c), c.req.param("entity"))));
}

function traffic(app: Hono, control: Control, realm: (c: Context) => string): void {
  app.post("/faults", async (c) => c.json(control.addFault(await body<In<"addFault">>(c)), 201));
  app.get("/faults", (c) => c.json({ faults: control.faults(c.req.query("realm")) }));
  app.delete("/faults", (c) => c.json(control.clearFaults({ realm: c.req.query("realm"), id: c.req.query("id") })));
  app.post("/companies/:realm/throttle", async (c) => c.json(control.throttle(realm(c), await body<Parameters<Control["throttle"]>[1]>(c))));
  app.get("/companies/:realm/counters", (c) => c.json(control.counters(realm(c))));
  app.get("/calls", (c) =>
    c.json({
      calls: control.calls({
        realm: c.req.query("realm"),
        target: c.req.query("target"),
        since: c.req.query("since") === undefined ? undefined : Number(c.req.query("since")),
      }),
    }),
  );
  app.delete("/calls", (c) => c.json(control.clearCalls(c.req.query("realm"))));
  app.post("/webhooks", async (c) => c.json(control.configureWebhooks(await body<In<"configureWebhooks">>(c))));
  app.get("/webhooks", (c) => c.json(control.webhooks(c.req.query("realm"))));
  app.post("/webhooks/deliver", async (c) => c.json(await control.deliverWebhooks(await body<Parameters<Control["deliverWebhooks"]>[0] & object>(c))));
  app.post("/webhooks/sample", async (c) => c.json(control.sampleWebhook(await body<In<"sampleWebhook">>(c))));
}

function oauth(app: Hono, control: Control, realm: (c: Context) => string): void {
  app.post("/oauth", async (c) => c.json(control.configureOAuth(await body<In<"configureOAuth">>(c))));
  app.get("/oauth/connections", (c) => c.json({ connections: control.connections(c.req.query("realm")) }));
  app.post("/companies/:realm/connect", async (c) => c.json(control.connect(realm(c), (await body<{ scope?: string }>(c)).scope), 201));
  app.post("/companies/:realm/disconnect", (c) => c.json(control.disconnect(realm(c))));
  app.post("/companies/:realm/expire-access", (c) => c.json(control.expireAccess(realm(c))));
}
