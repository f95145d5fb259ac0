CREATE TABLE "provider_usage" (
	"account_id" uuid NOT NULL,
	"month" varchar(7) NOT NULL,
	"user_id" uuid NOT NULL,
	"calls" integer NOT NULL,
	CONSTRAINT "provider_usage_account_id_month_pk" PRIMARY KEY("account_id","month")
);
--> statement-breakpoint
ALTER TABLE "provider_usage" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP VIEW "mine"."source_documents";--> statement-breakpoint
DROP VIEW "mine"."sync_runs";--> statement-breakpoint
ALTER TABLE "source_documents" ADD COLUMN "document_date" date;--> statement-breakpoint
ALTER TABLE "source_documents" ADD COLUMN "seen_in" uuid;--> statement-breakpoint
ALTER TABLE "sync_cursors" ADD COLUMN "proven_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "sync_runs" ADD COLUMN "attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "provider_usage" ADD CONSTRAINT "provider_usage_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE VIEW "mine"."source_documents" AS (select "account_id", "entity", "external_id", "user_id", "version", "changed_at", "document_date", "seen_in", "is_deleted", "body", "problems", "data_version" from "source_documents" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."sync_runs" AS (select "id", "user_id", "account_id", "trigger", "phase", "fence", "cursor", "counts", "incomplete", "reason", "attempts", "claimed_until", "created_at", "started_at", "finished_at" from "sync_runs" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "provider_usage_own" ON "provider_usage" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "provider_usage_system" ON "provider_usage" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);