/** From a QuickBooks document to one transaction and its postings: pure, exact, and never silent about what it cannot post. */
import { z } from "zod";
import type { Books } from "./books.ts";
import { deposit } from "./deposits.ts";
import { Envelope, PostingDocument, isTombstone, isVoided } from "./document.ts";
import { Draft } from "./draft.ts";
import { journal } from "./journals.ts";
import { type Outline, postingsOf, transactionOf, voidedTransactionOf } from "./outline.ts";
import { billPayment, payment } from "./payments.ts";
import { bill, purchase, vendorCredit } from "./purchases.ts";
import { creditMemo, invoice, refundReceipt, salesReceipt } from "./sales.ts";
import { creditCardPayment, transfer } from "./transfers.ts";
import type { Translated, TranslationProblem } from "./translated.ts";

const FAMILIES: Readonly<Record<string, (draft: Draft) => Outline>> = {
  Purchase: purchase,
  Bill: bill,
  VendorCredit: vendorCredit,
  BillPayment: billPayment,
  Invoice: invoice,
  CreditMemo: creditMemo,
  SalesReceipt: salesReceipt,
  RefundReceipt: refundReceipt,
  Payment: payment,
  Deposit: deposit,
  Transfer: transfer,
  CreditCardPayment: creditCardPayment,
  JournalEntry: journal,
};

/** Documents that post nothing by their nature, so that nothing about them is missing. */
const NON_POSTING: ReadonlySet<string> = new Set(["Estimate", "PurchaseOrder", "TimeActivity"]);

/** The JSON key of a card payment differs from the entity it is asked for by. */
const ALIASES: Readonly<Record<string, string>> = { CreditCardPaymentTxn: "CreditCardPayment" };

/**
 * What `document` does to the books. The postings' home amounts add up to zero, or there are none and `problems` says
 * why. Tombstones and documents that post nothing by nature have no transaction and no problem; voided ones have a
 * transaction of zero. Never throws, whatever the document.
 */
export function translate(entityName: string, document: unknown, books: Books): Translated {
  const entity = (Object.hasOwn(ALIASES, entityName) ? ALIASES[entityName] : undefined) ?? entityName;
  const envelope = Envelope.safeParse(document);
  if (!envelope.success) return unreadable(entity, document, envelope.error);
  const known = {
    externalId: envelope.data.Id,
    entity,
    version: envelope.data.SyncToken ?? null,
    updatedAt: envelope.data.MetaData.LastUpdatedTime,
    deleted: isTombstone(envelope.data),
  };
  const nothing = { ...known, transaction: null, postings: [] };
  if (known.deleted || NON_POSTING.has(entity)) return { ...nothing, problems: [] };
  const family = Object.hasOwn(FAMILIES, entity) ? FAMILIES[entity] : undefined;
  if (!family) return { ...nothing, problems: [{ code: "unknown_entity", detail: entity }] };
  const parsed = PostingDocument.safeParse(document);
  if (!parsed.success) return { ...nothing, problems: [complaint(parsed.error)] };
  return { ...known, ...post(family, new Draft(parsed.data, books)) };
}

function post(family: (draft: Draft) => Outline, draft: Draft): Pick<Translated, "transaction" | "postings" | "problems"> {
  const outline = family(draft);
  if (isVoided(draft.document)) return { transaction: voidedTransactionOf(draft, outline), postings: [], problems: [] };
  const entries = draft.balanced();
  if (entries === null) return { transaction: null, postings: [], problems: draft.problems };
  return { transaction: transactionOf(draft, outline, entries), postings: postingsOf(draft, entries), problems: draft.problems };
}

function unreadable(entity: string, document: unknown, error: z.ZodError): Translated {
  const id = z.object({ Id: z.string() }).safeParse(document);
  return {
    externalId: id.success ? id.data.Id : "",
    entity,
    version: null,
    updatedAt: null,
    deleted: false,
    transaction: null,
    postings: [],
    problems: [complaint(error)],
  };
}

/** Names the fields and never their values: problems are shown and logged. */
function complaint(error: z.ZodError): TranslationProblem {
  const fields = error.issues.slice(0, 5).map((issue) => `${issue.path.join(".") || "document"}: ${issue.code}`);
  return { code: "unreadable", detail: fields.join("; ") };
}
