ALTER TABLE "dead_letters" ADD COLUMN "dropped_at" timestamp(3) with time zone;--> statement-breakpoint
CREATE INDEX "ai_budgets_day" ON "ai_budgets" USING btree ("day");