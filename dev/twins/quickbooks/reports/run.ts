import type { Company } from "../company/company.ts";
import { fault } from "../fault.ts";
import type { Json } from "../json.ts";
import { balanceSheet } from "./balance-sheet.ts";
import { generalLedger } from "./general-ledger.ts";
import { journalReport, transactionList } from "./lists.ts";
import { asked, type Asked } from "./period.ts";
import { profitAndLoss } from "./profit-and-loss.ts";
import { trialBalance } from "./trial-balance.ts";

const REPORTS: Readonly<Record<string, (company: Company, ask: Asked) => { [key: string]: Json }>> = {
  profitandloss: profitAndLoss,
  balancesheet: balanceSheet,
  trialbalance: trialBalance,
  transactionlist: transactionList,
  generalledger: generalLedger,
  journalreport: journalReport,
};

export function runReport(company: Company, name: string, params: URLSearchParams): { [key: string]: Json } {
  if (company.profile.lapsed) throw fault("6190");
  const make = REPORTS[name.toLowerCase()];
  if (!make) throw fault("500", `Report ${name} is not supported`);
  return make(company, asked(company, params));
}
