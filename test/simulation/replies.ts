/** Replies of QuickBooks as nobody expects them: for `world.spoil`. */
import type { World } from "./world.ts";

export type Purchase = { Id: string; TxnDate: string; PrivateNote?: string; MetaData: object };

/** The newest first. */
export function purchasesOf(world: World): Purchase[] {
  const rows = world.twin.control.documents(world.realm, "Purchase").rows as unknown as Purchase[];
  return rows.toSorted((a, b) => (a.TxnDate < b.TxnDate ? 1 : -1));
}

/** Purchases on their way out of QuickBooks, each as `change` makes it. */
export function changing(change: (document: Purchase) => object): (text: string) => string {
  return (text) => {
    if (!text.includes('"Purchase":[')) return text;
    const body = JSON.parse(text, (key, value: unknown) => (key === "Purchase" && Array.isArray(value) ? (value as Purchase[]).map(change) : value)) as object;
    return JSON.stringify(body);
  };
}
