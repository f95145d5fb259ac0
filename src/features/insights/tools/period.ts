import { z } from "zod";
import { type Desk, inWords, periodOf, tool } from "./tool.ts";

/** Words as days. The prose may then name the period. */
export const resolvePeriodTool = tool(
  "resolve_period",
  'Turns words like "last month", "Q3 2019" or "since March" into dates.',
  z.strictObject({ text: z.string().min(1).max(120) }),
  async (desk: Desk, { text }) => {
    const period = periodOf(desk, text);
    if (!period) return { error: "That is no period I know. Give from and to as dates.", step: "reading a period" };
    return { more: { period: { ...period, label: inWords(period) } }, step: `reading a period as ${inWords(period)}` };
  },
);
