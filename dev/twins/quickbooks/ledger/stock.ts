import { amountOf, cents, share, times, type Cents } from "../cents.ts";
import type { Body } from "../company/body.ts";
import type { Company } from "../company/company.ts";
import { accountFor } from "../company/roles.ts";
import type { Row } from "../company/table.ts";
import { flat } from "./documents.ts";
import type { Posting } from "./posting.ts";

type Layer = { quantity: number; cost: Cents };
type Shelf = { layers: Layer[]; last: { quantity: number; cost: Cents } };

/** Inventory by first in, first out, as QuickBooks values it. Feed it the documents in order of date. */
export class Stock {
  readonly #company: Company;
  readonly #shelves = new Map<string, Shelf>();

  constructor(company: Company) {
    this.#company = company;
  }

  /** What a document adds to its own postings: cost of goods sold against the stock. */
  move(entity: string, body: Body): Posting[] {
    switch (entity) {
      case "Purchase":
      case "Bill":
        this.#buy(body);
        return [];
      case "Invoice":
      case "SalesReceipt":
        return this.#sales(body, (shelf, quantity) => take(shelf, quantity));
      case "CreditMemo":
      case "RefundReceipt":
        return this.#sales(body, (shelf, quantity) => -giveBack(shelf, quantity));
      default:
        return [];
    }
  }

  /** The quantity that an item starts with. */
  open(item: Row): Cents {
    const quantity = item.body.QtyOnHand ?? 0;
    const cost = times(cents(item.body.PurchaseCost), quantity);
    if (quantity > 0) this.#shelf(item.id).layers.push({ quantity, cost });
    return cost;
  }

  #buy(body: Body): void {
    for (const line of flat(body.Line)) {
      const detail = line.ItemBasedExpenseLineDetail;
      const item = this.#stocked(detail?.ItemRef?.value);
      const quantity = detail?.Qty ?? 0;
      if (item && quantity > 0) this.#shelf(item.id).layers.push({ quantity, cost: times(cents(line.Amount), body.ExchangeRate ?? 1) });
    }
  }

  #sales(body: Body, cost: (shelf: Shelf, quantity: number) => Cents): Posting[] {
    return flat(body.Line).flatMap((line) => {
      const item = this.#stocked(line.SalesItemLineDetail?.ItemRef?.value);
      const quantity = line.SalesItemLineDetail?.Qty ?? 0;
      if (!item || quantity <= 0) return [];
      const amount = cost(this.#shelf(item.id), quantity);
      if (amount === 0) return [];
      const asset = item.body.AssetAccountRef?.value ?? accountFor(this.#company, "inventory");
      const expense = item.body.ExpenseAccountRef?.value ?? accountFor(this.#company, "cogs");
      return [
        { account: expense, amount, cause: "cogs" as const, memo: item.body.Name },
        { account: asset, amount: -amount, cause: "cogs" as const, memo: item.body.Name },
      ];
    });
  }

  #stocked(id: string | undefined): Row | undefined {
    const item = id === undefined ? undefined : this.#company.get("Item", id);
    return item?.body.Type === "Inventory" ? item : undefined;
  }

  #shelf(id: string): Shelf {
    const found = this.#shelves.get(id);
    if (found) return found;
    const cost = this.#company.get("Item", id)?.body.PurchaseCost ?? 0;
    const made: Shelf = { layers: [], last: { quantity: 1, cost: cents(cost) } };
    this.#shelves.set(id, made);
    return made;
  }
}

/** The cost of what leaves. What was never bought costs what the last piece did. */
function take(shelf: Shelf, quantity: number): Cents {
  let [left, cost] = [quantity, 0];
  while (left > 0) {
    const layer = shelf.layers[0];
    if (!layer) return cost + price(shelf.last, left);
    const part = Math.min(left, layer.quantity);
    const value = part === layer.quantity ? layer.cost : price(layer, part);
    shelf.last = { quantity: layer.quantity, cost: layer.cost };
    layer.quantity -= part;
    layer.cost -= value;
    cost += value;
    left -= part;
    if (layer.quantity <= 0) shelf.layers.shift();
  }
  return cost;
}

function giveBack(shelf: Shelf, quantity: number): Cents {
  const cost = price(shelf.last, quantity);
  shelf.layers.unshift({ quantity, cost });
  return cost;
}

function price(layer: Layer, quantity: number): Cents {
  return share(layer.cost, Math.round(quantity * 10_000), Math.round(layer.quantity * 10_000));
}

/** "Inventory Starting Value": stock against opening balance equity, on the day the item began. */
export function startingValue(company: Company, item: Row, cost: Cents): readonly Posting[] {
  const asset = item.body.AssetAccountRef?.value ?? accountFor(company, "inventory");
  const memo = `${item.body.Name ?? ""} - Opening inventory and value ${amountOf(cost)}`;
  return [
    { account: asset, amount: cost, cause: "opening-stock", memo },
    { account: accountFor(company, "opening"), amount: -cost, cause: "opening-stock", memo },
  ];
}
