import { desc, eq, inArray } from "drizzle-orm";
import { personExports } from "../../../db/schema/auth.ts";
import { myExports } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { auditRow } from "../audit/audit-row.ts";

export type Export = { id: string; status: string; bytes: number | null; createdAt: string; readyAt: string | null; expiresAt: string | null };

export const exportFile = (id: string) => `exports/${id}.zip`;

/** Asks for a copy of everything of the caller's; the queue makes it. While one is being made, that one is the answer. */
export async function askExport(ctx: Ctx<"db" | "queue">): Promise<Export> {
  const { userId, kind } = ctx.actor;
  const [open] = await ctx.db
    .select()
    .from(myExports)
    .where(inArray(myExports.status, ["queued", "running"]))
    .limit(1);
  if (open) return open;
  const row = { id: ctx.id(), userId, status: "queued", createdAt: ctx.now().toISOString() };
  const asked = { ...row, bytes: null, readyAt: null, expiresAt: null };
  await ctx.foretell(() => asked);
  await ctx.db.batch([ctx.db.insert(personExports).values(row), auditRow(ctx, ctx.db, { userId, action: "export.asked", subject: row.id, actor: kind })]);
  await ctx.queue.work({ type: "export", userId, requestId: ctx.requestId, exportId: row.id });
  return asked;
}

/** One export of the caller's. */
export async function getExport(ctx: Ctx<"db">, id: string): Promise<Export> {
  const [row] = await ctx.db.select().from(myExports).where(eq(myExports.id, id)).orderBy(desc(myExports.id));
  if (!row) throw new Problem("not_found");
  return row;
}

/** The archive, streamed. */
export async function downloadExport(ctx: Ctx<"db" | "files">, id: string): Promise<{ body: ReadableStream; size: number }> {
  const row = await getExport(ctx, id);
  if (row.status === "expired") throw new Problem("gone", { detail: "The copy was kept for a week. Ask for another." });
  const file = row.status === "ready" ? await ctx.files.get(ctx.actor.userId, exportFile(id)) : null;
  if (!file) throw new Problem("conflict", { detail: "The copy is not ready yet." });
  await auditRow(ctx, ctx.db, { userId: ctx.actor.userId, action: "export.downloaded", subject: id, actor: ctx.actor.kind });
  return file;
}
