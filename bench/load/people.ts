import { Client } from "../../dev/client.ts";

const PASSWORD = "steady as she goes";
const COMPANY_SIZE = 15;

/** A customer: a key, and a company of their own whose first sync has ended. */
export type Customer = { email: string; key: string; realm: string; accountId: string };

/** Customers made through the front door, one after the other; each comes from an address of its own. */
export async function makeCustomers(api: string, twins: string, count: number, seed: number): Promise<Customer[]> {
  const customers: Customer[] = [];
  for (let i = 0; i < count; i++) {
    const realm = `91309${String(seed).padStart(5, "0")}${String(i).padStart(6, "0")}`;
    const company = { template: "generated", realm, seed: `${seed}-${i}`, size: COMPANY_SIZE, multiCurrency: false, inventory: false };
    const made = await fetch(`${twins}/quickbooks/_control/companies`, { method: "POST", body: JSON.stringify(company) });
    if (!made.ok) throw new Error(`the company was not made: ${await made.text()}`);
    const email = `load-${seed}-${i}@finhelm.test`;
    const client = new Client(api, twins, `10.9.${Math.floor(i / 250)}.${(i % 250) + 1}`);
    await client.signUp({ name: "Load", email, password: PASSWORD });
    await client.get((await client.mail(email)).link);
    await client.logIn({ email, password: PASSWORD });
    const account = await client.connect(realm);
    const run = await client.synced(account.id);
    if (run.phase !== "done") throw new Error(`the first sync of ${email} ended as ${run.phase}`);
    customers.push({ email, key: await client.makeKey("load"), realm, accountId: account.id });
  }
  return customers;
}
