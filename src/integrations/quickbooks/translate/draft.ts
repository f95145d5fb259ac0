/**
 * The sheet on which one document is posted: families of documents put entries on it, and `close` proves that they
 * balance, brings them to home currency and says what they mean.
 */
import { type Decimal, exponentOf, fromUnits, SCALE, toUnits } from "../../../core/money.ts";
import { convert, PAR, quantumOf, type Rate, rateOf } from "./apportion.ts";
import { accountOfRole, type Books, type Role } from "./books.ts";
import type { Line, LineEntity, PostingDocument, Ref } from "./document.ts";
import type { Party, TranslationProblem } from "./translated.ts";

/** `header`: the account the document as a whole moves; `line`: what it is for; `link`: a claim it settles. */
export type Part = "header" | "line" | "link" | "tax" | "exchange";

export type Entry = {
  readonly part: Part;
  readonly accountId: string;
  /** Debit positive, in the document's currency, at scale 4. */
  readonly units: bigint;
  readonly memo: string | null;
  readonly party: Party | null;
  /** The rate of the document that this entry settles; null for the document's own. */
  readonly rate: Rate | null;
  /** How much of that document was settled before: what is left of it in home currency is zero when it is paid up. */
  readonly before: bigint;
};

export type PostedEntry = Entry & { readonly homeUnits: bigint };

type Extra = { memo?: string | null | undefined; party?: Party | null; rate?: Rate | null; before?: bigint };

export class Draft {
  readonly document: PostingDocument;
  readonly books: Books;
  readonly currency: string;
  readonly entries: Entry[] = [];
  readonly problems: TranslationProblem[] = [];

  constructor(document: PostingDocument, books: Books) {
    this.document = document;
    this.books = books;
    this.currency = document.CurrencyRef?.value ?? books.homeCurrency;
  }

  get foreign(): boolean {
    return this.currency !== this.books.homeCurrency;
  }

  /** What the document comes to; a document without its amount cannot be posted and is not taken for zero. */
  total(amount: Decimal | null = this.document.TotalAmt): bigint {
    if (amount === null) this.note("unreadable", "the document has no amount");
    return unitsOf(amount);
  }

  note(code: TranslationProblem["code"], detail: string): void {
    this.problems.push({ code, detail });
  }

  unknownLine(line: Line, detail: string): void {
    this.note("unknown_line", `line ${line.Id ?? "without id"}: ${detail}`);
  }

  /**
   * The account that `ref` names, which must be in the chart of accounts; without a reference the one that plays `role`.
   * Null, with a problem noted, when neither says.
   */
  account(ref: Ref | null | undefined, role?: Role): string | null {
    if (ref) return this.known(ref.value);
    if (role) return accountOfRole(this.books, role, this.currency);
    this.note("unknown_account", "the document does not name the account");
    return null;
  }

  known(accountId: string): string | null {
    if (this.books.accounts.has(accountId)) return accountId;
    this.note("unknown_account", `account ${accountId} is not in the chart of accounts`);
    return null;
  }

  /** Puts an entry down. Zero leaves no trace in the books and is not written; neither is an account never found. */
  post(part: Part, accountId: string | null, units: bigint, extra: Extra = {}): void {
    if (accountId === null || units === 0n) return;
    this.entries.push({ part, accountId, units, memo: extra.memo ?? null, party: extra.party ?? null, rate: extra.rate ?? null, before: extra.before ?? 0n });
  }

  /** The document's own rate to home currency; null, with a problem noted, when a foreign document does not say. */
  ownRate(): Rate | null {
    if (!this.foreign) return PAR;
    if (this.document.ExchangeRate !== null) return rateOf(this.document.ExchangeRate);
    this.note("unreadable", `the document is in ${this.currency} and has no exchange rate`);
    return null;
  }

  /** The rate at which a linked document entered the books; null, with a problem noted, when a foreign one is not known. */
  rateOfLinked(entity: string, id: string): Rate | null {
    if (!this.foreign) return null;
    const rate = this.books.rates.get(`${entity}:${id}`);
    if (rate === undefined) this.note("unknown_rate", `the rate of ${entity} ${id} is not known`);
    return rate === undefined ? null : rateOf(rate);
  }

  /** How much of a linked document was settled before this one settles it. */
  settledBefore(linked: string, own: string): bigint {
    return unitsOf(this.books.settledBefore.get(`${linked}<${own}:${this.document.Id}`));
  }

  /**
   * The entries with their home amounts, or null with a problem noted. In the document's currency debits equal credits
   * exactly as QuickBooks sent them. In home currency each amount is rounded by itself, as QuickBooks rounds; the cents
   * that this leaves, and what settling at another rate than the claim was booked at leaves, are exchange gain or loss.
   */
  balanced(): PostedEntry[] | null {
    const rate = this.ownRate();
    if (rate === null || this.problems.some(isFatal)) return null;
    const difference = sum(this.entries);
    if (difference !== 0n) {
      this.note("unbalanced", `debits and credits differ by ${fromUnits(difference)} ${this.currency}`);
      return null;
    }
    return this.foreign ? this.inHomeCurrency(rate) : this.entries.map((entry) => ({ ...entry, homeUnits: entry.units }));
  }

  private inHomeCurrency(rate: Rate): PostedEntry[] | null {
    const digits = exponentOf(this.books.homeCurrency);
    const posted = this.entries.map((entry) => ({ ...entry, homeUnits: this.atHome(entry, rate, digits) }));
    const own = posted.filter((entry) => entry.rate === null);
    const left = own.reduce((total, entry) => total + entry.homeUnits, 0n) - convert(sum(own), rate, digits);
    const most = quantumOf(digits) * BigInt(own.length);
    if (left > most || -left > most) {
      this.note("unbalanced", "home amounts differ by more than rounding");
      return null;
    }
    return [...posted, ...this.exchangeDifference(posted)];
  }

  private atHome(entry: Entry, rate: Rate, digits: number): bigint {
    if (entry.part === "header") return this.headerAtHome(entry, rate, digits);
    if (entry.rate === null) return convert(entry.units, rate, digits);
    const size = entry.units < 0n ? -entry.units : entry.units;
    const home = convert(entry.before + size, entry.rate, digits) - convert(entry.before, entry.rate, digits);
    return entry.units < 0n ? -home : home;
  }

  /** QuickBooks' own home total where it sends one for just this entry, otherwise the amount at the document's rate. */
  private headerAtHome(header: Entry, rate: Rate, digits: number): bigint {
    const { TotalAmt, HomeTotalAmt } = this.document;
    const total = unitsOf(TotalAmt);
    if (HomeTotalAmt === null || total === 0n || (header.units !== total && header.units !== -total)) return convert(header.units, rate, digits);
    return header.units === total ? toUnits(HomeTotalAmt) : -toUnits(HomeTotalAmt);
  }

  private exchangeDifference(posted: readonly PostedEntry[]): PostedEntry[] {
    const difference = posted.reduce((total, entry) => total + entry.homeUnits, 0n);
    if (difference === 0n) return [];
    const accountId = accountOfRole(this.books, "exchange_gain_or_loss", this.books.homeCurrency);
    return [{ part: "exchange", accountId, units: 0n, homeUnits: -difference, memo: null, party: null, rate: null, before: 0n }];
  }
}

/** True for problems that keep a document out of the books. */
export function isFatal(problem: TranslationProblem): boolean {
  return problem.code !== "unknown_rate";
}

export function unitsOf(amount: Decimal | null | undefined): bigint {
  return amount === null || amount === undefined ? 0n : toUnits(amount, SCALE);
}

export function sum(entries: readonly { units: bigint }[]): bigint {
  return entries.reduce((total, entry) => total + entry.units, 0n);
}

/** Whom a reference names. `type` is needed where the field's own name does not say. */
export function partyOf(ref: Ref | null | undefined, type: string | null | undefined = ref?.type): Party | null {
  return ref ? { id: ref.value, name: ref.name ?? null, type: partyType(type) } : null;
}

/** Whom a line names, in either of the two spellings lines have. */
export function partyOfLine(entity: LineEntity | null | undefined): Party | null {
  if (!entity) return null;
  if (entity.EntityRef) return partyOf(entity.EntityRef, entity.Type ?? entity.EntityRef.type);
  return entity.value ? { id: entity.value, name: entity.name ?? null, type: partyType(entity.type ?? entity.Type) } : null;
}

function partyType(type: string | null | undefined): Party["type"] {
  const plain = type?.toLowerCase();
  return plain === "customer" || plain === "vendor" || plain === "employee" ? plain : "other";
}
