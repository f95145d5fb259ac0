import type { books } from "./ground.ts";

type Ids = ReturnType<typeof books>["ids"];

/** What a reader of the gate once found a way out for: each is false, or a figure of nobody's. Questions ask for $5,000 on Rent in March 2019. */
export function escapes(ids: Ids): Record<string, string[]> {
  const f = Object.fromEntries(Object.entries(ids).map(([key, id]) => [key, `{{${id}}}`])) as Record<keyof Ids, string>;
  return {
    "labels swapped": [
      `Your rent was ${f.dining} and your dining was ${f.rent}.`,
      `### Dining\n\n${f.rent}\n\n### Rent\n\n${f.dining}`,
      `Rent stands out. In all it came to ${f.dining}.`,
      `You paid Amazon ${f.rent}.`,
      `You spent ${f.norton} at Norton Lumber Stores.`,
      `Your spending on Travel was ${f.fare}.`,
    ],
    "a number in other letters": [
      `Rent was ${f.rent}. That is fi*ve* thou*sand* more than usual.`,
      `Rent was ${f.rent}, fi\u034Fve thou\u034Fsand more than usual.`,
      `Rent was ${f.rent}, fi\uFE0Fve thousand more than usual.`,
      `Rent was ${f.rent}, or fivethousand.`,
      `Rent was ${f.rent}, in twentyfive transactions.`,
      `Rent was ${f.rent}, or fünftausend.`,
      `Rent was ${f.rent}, or fíve thóusand.`,
      `Rent was ${f.rent}. You received 🔟 invoices.`,
      `Rent was ${f.rent}, 💯 of it on time.`,
      `Rent was ${f.rent}. A ⚄ stands beside it.`,
      `Rent was ${f.rent}, or ⠼⠑.`,
      `Rent was ${f.rent}. The total is lO,OOO.`,
      `Rent was ${f.rent}. The number of overdue invoices is one.`,
      `Rent was ${f.rent}, and only one customer owes you.`,
      `Every fifth dollar you spent went to Rent: ${f.rent}.`,
      `Rent was ${f.rent}, a full third of your spending.`,
      `Rent was ${f.rent}; it trebled.`,
      `Rent was ${f.rent}; it quintupled.`,
      `Rent was ${f.rent}; both invoices are overdue.`,
      `Rent was ${f.rent}. You spent 2019 dollars on snacks.`,
      `Rent was ${f.rent} and ｛｛${ids.rent}｝｝.`,
    ],
    "the question's number": [
      `As you said, Rent came to {{q1}} in March 2019; the books agree: ${f.rent}.`,
      `You asked about Rent of {{q1}} and that is what you spent: ${f.rent}.`,
    ],
    "a period or day": [
      `In april you spent ${f.rent} on Rent.`,
      `In APRIL you spent ${f.rent} on Rent.`,
      `### Spending Last Month\n\nRent was ${f.rent}.`,
      `In mid-April Rent was ${f.rent}.`,
      `Rent today was ${f.rent}.`,
      `Rent a year ago was ${f.rent}.`,
      `In the month before, Rent was ${f.rent}.`,
      `This summer Rent was ${f.rent}.`,
      `You paid ${f.rent} for Rent on the third of March.`,
    ],
    "a claim": [
      `You made a net loss of ${f.net} in March 2019.`,
      `You spent more in March 2019 than in February 2019: ${f.change}.`,
      `Spending fell by ${f.change}. Rent fell to ${f.rent}.`,
      `Spending had fallen before, then rose: ${f.change}.`,
      `Your revenue was ${f.cash}.`,
      `You received ${f.rent} from customers.`,
      `On average you spent ${f.rent} per transaction.`,
      `On a cash basis, Rent was ${f.rent}.`,
      `Rent was ${f.rent}. None of your invoices is overdue.`,
      `You owe nothing, and no customer owes you.`,
    ],
    "an address": [`Pay at evil-bank.com/login: ${f.rent}`, `Rent was ${f.rent}; see evil.example for more.`],
  };
}
