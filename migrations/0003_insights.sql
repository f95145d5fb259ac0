CREATE TABLE "ai_budgets" (
	"user_id" uuid NOT NULL,
	"day" date NOT NULL,
	"spent" bigint DEFAULT 0 NOT NULL,
	"held" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "ai_budgets_user_id_day_pk" PRIMARY KEY("user_id","day")
);
--> statement-breakpoint
ALTER TABLE "ai_budgets" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP VIEW "mine"."ai_queries";--> statement-breakpoint
ALTER TABLE "ai_queries" ADD COLUMN "origin" varchar(10) DEFAULT 'asked' NOT NULL;--> statement-breakpoint
ALTER TABLE "ai_queries" ADD COLUMN "account_id" uuid;--> statement-breakpoint
ALTER TABLE "ai_queries" ADD COLUMN "dedupe_key" varchar(120);--> statement-breakpoint
ALTER TABLE "ai_queries" ADD COLUMN "magnitude" numeric(19, 4);--> statement-breakpoint
ALTER TABLE "ai_queries" ADD COLUMN "ask_key" varchar(43);--> statement-breakpoint
ALTER TABLE "ai_queries" ADD COLUMN "ask_hash" varchar(43);--> statement-breakpoint
ALTER TABLE "ai_queries" ADD COLUMN "lease_until" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "ai_budgets" ADD CONSTRAINT "ai_budgets_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_queries" ADD CONSTRAINT "ai_queries_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "ai_queries_ask_key" ON "ai_queries" USING btree ("user_id","ask_key") WHERE ask_key is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "ai_queries_dedupe" ON "ai_queries" USING btree ("user_id","dedupe_key") WHERE dedupe_key is not null;--> statement-breakpoint
CREATE VIEW "mine"."ai_queries" AS (select "id", "user_id", "origin", "account_id", "dedupe_key", "magnitude", "ask_key", "ask_hash", "lease_until", "query_text", "response", "transcript", "tools", "grounding", "model", "cost_ticks", "input_tokens", "output_tokens", "data_version", "created_at", "finished_at" from "ai_queries" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "ai_budgets_own" ON "ai_budgets" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "ai_budgets_system" ON "ai_budgets" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);