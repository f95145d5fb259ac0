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
