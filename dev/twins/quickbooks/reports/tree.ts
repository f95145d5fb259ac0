import type { Cents } from "../cents.ts";
import type { Company } from "../company/company.ts";
import { cells, plus, section, type RowJson } from "./shape.ts";

export type Amounts = ReadonlyMap<string, readonly Cents[]>;
export type Branch = { readonly rows: readonly RowJson[]; readonly total: readonly Cents[] };

type Leaf = { readonly id: string; readonly name: string; readonly parent: string | undefined };

/** Accounts of some types as rows, sub-accounts inside their parents, none without a movement. */
export function accountTree(company: Company, types: readonly string[], amounts: Amounts, width: number): Branch {
  const leaves: Leaf[] = [];
  for (const one of company.table("Account").glimpses()) {
    const { body } = one.row();
    if (types.includes(body.AccountType ?? "")) leaves.push({ id: one.id, name: body.Name ?? "", parent: body.ParentRef?.value });
  }
  return below(
    leaves,
    undefined,
    amounts,
    Array.from({ length: width }, () => 0),
  );
}

function below(leaves: readonly Leaf[], parent: string | undefined, amounts: Amounts, zero: readonly Cents[]): Branch {
  const own = leaves.filter((leaf) => (parent === undefined ? !leaves.some(({ id }) => id === leaf.parent) : leaf.parent === parent));
  const rows: RowJson[] = [];
  let total = [...zero];
  for (const leaf of own.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inner = below(leaves, leaf.id, amounts, zero);
    const mine = amounts.get(leaf.id);
    const sum = plus(mine ?? zero, inner.total);
    total = plus(total, sum);
    if (inner.rows.length > 0) rows.push(parentRow(leaf, mine ?? zero, sum, inner.rows));
    else if (mine) rows.push({ ColData: cells({ value: leaf.name, id: leaf.id }, mine), type: "Data" });
  }
  return { rows, total };
}

function parentRow(leaf: Leaf, mine: readonly Cents[], sum: readonly Cents[], rows: readonly RowJson[]): RowJson {
  const made = section(leaf.name, sum, rows, undefined);
  const header = mine.some((amount) => amount !== 0)
    ? cells({ value: leaf.name, id: leaf.id }, mine)
    : [{ value: leaf.name, id: leaf.id }, ...mine.map(() => ({ value: "" }))];
  return { ...made, Header: { ColData: header } };
}
