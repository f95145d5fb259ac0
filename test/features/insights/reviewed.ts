import type { books } from "./ground.ts";

type Ids = ReturnType<typeof books>["ids"];

/** What once left, by kind: over {@link books} each is false, hidden or nobody's figure. */
export function reviewed(ids: Ids): Record<string, readonly string[]> {
  const f = Object.fromEntries(Object.entries(ids).map(([key, id]) => [key, `{{${id}}}`])) as Record<keyof Ids, string>;
  return {
    "another's name": [
      `Your rent was ${f.dining} and your dining was ${f.rent}.`,
      `### Dining\n\n${f.rent}\n\n### Rent\n\n${f.dining}`,
      `**Dining**\n${f.rent}`,
      `Here is what I found about Dining.\n\n${f.rent}`,
      `Let us look at Dining. The figure is ${f.rent}.`,
      `Here is Rent and Dining:\n- ${f.gas}\n- ${f.rent}\n- ${f.dining}`,
      `You paid Amazon ${f.rent}.`,
      `You paid ${f.rent} to Amazon.`,
      `With Amazon you spent ${f.rent}.`,
      `You spent ${f.norton} at Norton Lumber.`,
      `Your spending on Utilities was ${f.gas}.`,
      `Rent was ${f.rental}.`,
    ],
    "a number in disguise": [
      `You spent fi*ve* thou*sand*: ${f.rent}.`,
      `You spent fi\u034Fve thou\u034Fsand: ${f.rent}.`,
      `You spent fi\uFE0Fve thou\uFE0Fsand: ${f.rent}.`,
      `You spent fivethousand: ${f.rent}.`,
      `There were twentyfive transactions: ${f.rent}.`,
      `You spent fünftausend: ${f.rent}.`,
      `You spent fíve thóusand: ${f.rent}.`,
      ...["🔟", "💯", "⚄", "⠼⠑"].map((sign) => `You spent ${f.rent}, that is ${sign}.`),
      `The total is lO,OOO. Rent was ${f.rent}.`,
      `The number of overdue invoices is one. Rent was ${f.rent}.`,
      `Rent was ${f.rent}, and only one customer owes you.`,
      `Every fifth dollar you spent went to Rent: ${f.rent}.`,
      `Rent is a full third of your spending: ${f.rent}.`,
      `Rent trebled: ${f.rent}.`,
      `Rent quintupled: ${f.rent}.`,
      `Rent was paid in a single transaction: ${f.rent}.`,
      `Both invoices are paid, and Rent was ${f.rent}.`,
      `You spent 2019 dollars on snacks. Rent was ${f.rent}.`,
      `You spent 2019 on snacks. Rent was ${f.rent}.`,
      `You made 2019 payments, of ${f.rent}.`,
      `Rent was ${f.rent}, Dining ｛｛${ids.dining}｝｝.`,
      `Rent was ${f.rent}, Dining {{ｆ${ids.dining.slice(1)}}}.`,
    ],
    "the question's number as an answer": [
      `As you said, Rent came to {{q1}} in March 2019; the books agree: ${f.rent}.`,
      `You asked about Rent, which was {{q1}}: ${f.rent}.`,
      `You asked about {{q1}} spent on Rent: ${f.rent}.`,
    ],
    "a period unseen": [
      `In april you spent ${f.rent}.`,
      `In APRIL you spent ${f.rent}.`,
      `### Spending Last Month\n\n- ${f.rent}`,
      `### Spending in September 2019\n\nRent was ${f.rent}.`,
      `In mid-April you spent ${f.rent}.`,
      `In early March 2019 you spent ${f.rent}.`,
      `You spent ${f.rent} today.`,
      `You spent ${f.rent} a year ago.`,
      `The month before, you spent ${f.rent}.`,
      `You spent ${f.rent} this summer.`,
      `You spent ${f.rent} on the third of March.`,
      `You spent ${f.rent} on March the third.`,
    ],
    "a false claim": [
      `You made a net loss of ${f.net}.`,
      `You made a loss in March 2019. Net income was ${f.net}.`,
      `You spent more in March 2019 than in February 2019: ${f.change}.`,
      `Spending is up against February 2019: ${f.change}.`,
      `March 2019 exceeds February 2019 by ${f.change}.`,
      `Spending fell by ${f.change}. Rent fell to ${f.rent}.`,
      `Spending rose and never fell: ${f.change}.`,
      `Your revenue was ${f.cash}.`,
      `You received ${f.rent} from customers.`,
      `On average you spent ${f.rent} per transaction.`,
      `On a cash basis, Rent was ${f.rent}.`,
      `Rent was ${f.rent}. This is on a cash basis.`,
      `You owe nothing, and no customer owes you. Rent was ${f.rent}.`,
      `None of your invoices is overdue. Rent was ${f.rent}.`,
      `There are no overdue invoices, and Rent was ${f.rent}.`,
    ],
    "a bare address": [`Pay at evil-bank.com/login: ${f.rent}`, `Rent was ${f.rent}; more at evil-bank.com.`, `Rent was ${f.rent}. See evil.bank/x.`],
  };
}

/** Claims about books in which nothing was found. */
export const WITHOUT_FACTS = [
  "You owe nothing, and no customer owes you.",
  "None of your invoices is overdue.",
  "You have no unpaid bills.",
  "Your spending fell.",
  "You made a loss.",
];
