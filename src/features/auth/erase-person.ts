import { eq, sql } from "drizzle-orm";
import { me, myAccounts } from "../../../db/schema/views.ts";
import { Problem } from "../../core/errors.ts";
import type { Ctx } from "../../runtime.ts";
import { removeAccount } from "../accounts/remove-account.ts";
import { auditRow } from "../audit/audit-row.ts";
import { inTime } from "./gate.ts";

/** So long a provider may fail to hear of the end before we go on without it. */
const PATIENCE_MS = 86_400_000;

/**
 * The end of a person whose seven days are over: connections are revoked at their provider, then files, cache and rows go,
 * and the gate lets nothing of theirs pass. What stays is the audit trail, with no personal data. May be run again from any
 * point of it: the rows, which say that it is due, go last.
 */
export async function erasePerson(ctx: Ctx<"db" | "files" | "cache" | "gates" | "queue">): Promise<void> {
  const { userId } = ctx.actor;
  const now = ctx.now();
  const [person] = await ctx.db.select({ eraseAt: me.eraseAt }).from(me);
  if (!person || person.eraseAt === null || Date.parse(person.eraseAt) > now.getTime()) return;
  await inTime(Promise.resolve(ctx.gates.user(userId).close()));
  const linked = await ctx.db.select({ id: myAccounts.id, status: myAccounts.status }).from(myAccounts).where(eq(myAccounts.serviceName, "quickbooks"));
  for (const account of linked.filter((one) => one.status !== "erasing" && one.status !== "linking")) await removeAccount(ctx, account.id, "erase");
  const isPatient = now.getTime() < Date.parse(person.eraseAt) + PATIENCE_MS;
  if (linked.length > 0 && isPatient) throw new Problem("unavailable", { detail: "A connection is being revoked.", retryAfterSeconds: 30 });
  await ctx.files.removeAll(userId);
  await ctx.cache.clear(userId);
  await ctx.db.batch([auditRow(ctx, ctx.db, { userId, action: "person.erased" }), ctx.db.execute(sql`select erase_person(${now.toISOString()})`)]);
}
