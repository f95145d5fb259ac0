/**
 * Everything outside: how long it is waited for, and what happens when it does not answer. Decided here, once.
 *
 * `refuse` is 503 with Retry-After, and nothing is changed. `go on` means that nobody notices but the log: what was to be
 * done stands in a row, or is done in another way. Nothing here fails open: without the database nobody is let in.
 */
export const OUTAGES = {
  /** The books and the sessions. There are no figures without it. A batch or a page of a sync may take longer than a read. */
  postgres: { waitMs: { read: 2_500, batch: 5_000, page: 20_000 }, retryAfterSeconds: 2, without: "refuse" },
  /** A failed read is a miss, a failed write is skipped. It keeps nothing that decides who may do what. */
  redis: { waitMs: 150, without: "go on" },
  /** Limits and endings, by what is asked. Reads go on against Postgres and a tenth of the budget. */
  gate: { waitMs: 300, retryAfterSeconds: 1, without: { read: "go on", write: "refuse", report: "refuse", question: "refuse", open: "refuse" } },
  /** Files of reports and exports. A report whose file cannot be written is made later. */
  files: { waitMs: { call: 2_500, part: 20_000 }, retryAfterSeconds: 10, without: "refuse" },
  /** Asked by syncs, which come back, and when a link is completed. Everything else is answered from the copy. */
  quickbooks: { waitMs: 20_000, retryAfterSeconds: 30, without: "refuse" },
  /** Answers are worded from the facts alone. A key that cannot be checked is not linked. */
  grok: { waitMs: { check: 10_000, silence: 12_000 }, retryAfterSeconds: 30, without: "go on" },
  /** Mails are rows, tried again for hours. */
  mail: { waitMs: 5_000, without: "go on" },
  /** It only wakes what stands in a row; cron wakes it again. */
  queue: { waitMs: 1_000, without: "go on" },
} as const;
