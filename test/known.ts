/** Facts of the outside world that are read from neither the product nor the twins. */

/** What QuickBooks posts to its ledger. */
export const POSTING_ENTITIES = [
  "Purchase",
  "Bill",
  "BillPayment",
  "Invoice",
  "Payment",
  "SalesReceipt",
  "RefundReceipt",
  "CreditMemo",
  "VendorCredit",
  "Deposit",
  "Transfer",
  "JournalEntry",
  "CreditCardPayment",
];

/** Pence by month, January to December, as the source of the real lines gives them. */
export const REAL_MONTHS = [
  1967645582n,
  1733741822n,
  2545117061n,
  2064949404n,
  1946773302n,
  2180741475n,
  2221074652n,
  1776671360n,
  2025480239n,
  2597144487n,
  1909362295n,
  2117784883n,
];
