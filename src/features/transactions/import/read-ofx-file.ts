import { Problem } from "../../../core/errors.ts";
import { readAmount, readDay, readText } from "./bank-values.ts";
import { type BankFile, faultOf, newFile, refuseRow, ROWS_MOST } from "./bank-row.ts";

/**
 * One element: its name, and the text behind it. SGML (OFX 1) leaves values unclosed, XML (OFX 2, and some QFX) closes
 * them: what stands behind a closing tag is passed over, so both read alike. One pass, in time linear in the file.
 * Ours, because strangers upload it: of the kept libraries, ofx-js 1.1.1 takes time exponential in the length of a name
 * that nobody closes (28 letters: 7.6 s), and ofx-data-extractor 1.5.0 leaves `&amp;` as it is.
 */
const ELEMENT = /<(\/?)([A-Za-z0-9._]{1,40})(?:\s[^<>]{0,200})?>([^<]*)/g;

type Entry = Map<string, string>;

/** The bank and card transactions of an OFX or QFX file. Currency and account are what the statement says, unless it says none. */
export function readOfxFile(text: string, fallbackCurrency: string | undefined): BankFile {
  const start = text.search(/<OFX>/i);
  if (start < 0) throw new Problem("invalid_request", { detail: "This is no OFX file.", errors: [{ pointer: "", detail: "has no <OFX> element" }] });
  const file = newFile();
  let [currency, index] = [fallbackCurrency ?? "", 0];
  let entry: Entry | null = null;
  ELEMENT.lastIndex = start;
  for (let found = ELEMENT.exec(text); found; found = ELEMENT.exec(text)) {
    const [, closing, tag = "", value = ""] = found;
    const name = tag.toUpperCase();
    if (name === "STMTTRN") {
      // SGML that forgets to close an entry begins the next one
      if (entry) readEntry(file, entry, currency, index++);
      if (index >= ROWS_MOST) throw new Problem("too_large", { detail: `At most ${ROWS_MOST} rows are read at once: split the file.` });
      entry = closing ? null : new Map();
    } else if (name === "BANKTRANLIST" && closing && entry) {
      readEntry(file, entry, currency, index++);
      entry = null;
    } else if (entry && name === "CURRENCY") {
      entry.set("CURRENCY", "its own");
    } else if (!closing && value.trim() !== "") {
      const plain = unescaped(value.trim());
      // the first of a name counts: a bank's account inside an entry does not replace its own
      if (entry && !entry.has(name)) entry.set(name, plain);
      else if (!entry && name === "CURDEF") currency = plain.toUpperCase();
      else if (!entry && name === "ACCTID") file.account = oneAccount(file, plain);
    }
  }
  if (entry) readEntry(file, entry, currency, index);
  return file;
}

function oneAccount(file: BankFile, account: string): string {
  if (file.account !== null && file.account !== account)
    throw new Problem("invalid_request", { detail: "The file is of several accounts.", errors: [{ pointer: "", detail: "must be of one account" }] });
  return account.slice(0, 100);
}

function readEntry(file: BankFile, entry: Entry, statement: string, index: number): void {
  const currency = entry.has("CURRENCY") ? (entry.get("CURSYM") ?? statement).toUpperCase() : statement;
  const before = file.errorCount;
  const refuse = (field: string, detail: string) => refuseRow(file, index, null, field, detail);
  const day = entry.get("DTPOSTED") ?? "";
  const transactionDate = readDay(day.slice(0, 8), "ymd");
  if (transactionDate === null) refuse("DTPOSTED", `"${day.slice(0, 40)}" is no date`);
  const written = entry.get("TRNAMT") ?? "";
  // OFX lets either sign stand before the decimals, and no thousands
  const amount = /^[-+]?\d*(?:[.,]\d*)?$/.test(written) ? readAmount(written.replace(",", "."), ".") : null;
  if (amount === null) refuse("TRNAMT", `"${written.slice(0, 40)}" is no amount`);
  const fault = amount === null ? null : faultOf(amount, currency);
  if (fault !== null) refuse(/^[A-Z]{3}$/.test(currency) ? "TRNAMT" : "CURDEF", fault);
  if (file.errorCount > before || transactionDate === null || amount === null) return;
  const name = readText(entry.get("NAME"), 500);
  file.rows.push({
    transactionDate,
    amount,
    currency,
    description: name ?? readText(entry.get("MEMO"), 500) ?? readText(entry.get("TRNTYPE"), 40),
    counterparty: name,
    memo: readText(entry.get("MEMO"), 2_000),
    category: null,
  });
}

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", nbsp: " " };

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|([a-z]{2,4}));/g, (whole, code: string | undefined, name: string | undefined) => {
    if (code === undefined) return NAMED[name ?? ""] ?? whole;
    return Number(code) <= 0x10_ffff ? String.fromCodePoint(Number(code)) : whole;
  });
}
