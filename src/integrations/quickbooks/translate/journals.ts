/** Journal entries: debits and credits as written, no header account. */
import { inProfitAndLoss } from "./books.ts";
import { type Line, detailOf, linesOf, plainName } from "./document.ts";
import { type Draft, partyOfLine, unitsOf } from "./draft.ts";
import type { Outline } from "./outline.ts";
import type { Party } from "./translated.ts";

/**
 * Each line on its own side. Its meaning to the business is what it does to profit; where it does nothing to it,
 * how much it moves.
 */
export function journal(draft: Draft): Outline {
  const parties = new Map<string, Party>();
  let tax = 0n;
  for (const line of linesOf(draft.document)) {
    const posted = postLine(draft, line);
    tax += posted.tax;
    if (posted.party) parties.set(`${posted.party.type}:${posted.party.id}`, posted.party);
  }
  if (tax !== 0n) draft.post("tax", draft.account(null, "sales_tax_payable"), tax);
  return { kind: "journal", meaning: meaningOf(draft), party: parties.size === 1 ? ([...parties.values()][0] ?? null) : null };
}

function postLine(draft: Draft, line: Line): { tax: bigint; party: Party | null } {
  const type = plainName(line.DetailType ?? "");
  const detail = detailOf(line);
  const nothing = { tax: 0n, party: null };
  if (type === "descriptiononly" && unitsOf(line.Amount) === 0n) return nothing;
  const side = sideOf(detail?.PostingType);
  if (type !== "journalentrylinedetail" || detail === null || side === null) {
    draft.unknownLine(line, line.DetailType ?? "no detail type");
    return nothing;
  }
  const party = partyOfLine(detail.Entity);
  draft.post("line", draft.account(detail.AccountRef), side * unitsOf(line.Amount), { memo: line.Description, party });
  return { tax: side * unitsOf(detail.TaxAmount), party };
}

function sideOf(postingType: string | null | undefined): 1n | -1n | null {
  const plain = postingType?.toLowerCase();
  return plain === "debit" ? 1n : plain === "credit" ? -1n : null;
}

function meaningOf(draft: Draft): bigint {
  const profit = draft.entries.filter((entry) => inProfitAndLoss(draft.books.accounts.get(entry.accountId))).reduce((total, entry) => total - entry.units, 0n);
  const moved = draft.entries.reduce((total, entry) => (entry.units > 0n ? total + entry.units : total), 0n);
  return profit !== 0n ? profit : moved;
}
