import { z } from "zod";

/** Messages carry ids, never data: the row is the job, the queue only wakes it. */
const base = { userId: z.uuid(), requestId: z.string().max(64) };

export const SyncMessage = z.strictObject({ type: z.literal("sync"), ...base, runId: z.uuid() });
export type SyncMessage = z.infer<typeof SyncMessage>;

export const WorkMessage = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("mail"), ...base, mailId: z.uuid() }),
  z.strictObject({ type: z.literal("report"), ...base, reportId: z.uuid() }),
  z.strictObject({ type: z.literal("export"), ...base, exportId: z.uuid() }),
  z.strictObject({ type: z.literal("detect"), ...base, accountId: z.uuid() }),
  z.strictObject({ type: z.literal("erase"), ...base }),
  z.strictObject({ type: z.literal("archive"), ...base }),
]);
export type WorkMessage = z.infer<typeof WorkMessage>;

export const Message = z.union([SyncMessage, WorkMessage]);
export type Message = z.infer<typeof Message>;
