CREATE TABLE "transaction_versions" (
	"transaction_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"user_id" uuid NOT NULL,
	"author" varchar(20) NOT NULL,
	"before" jsonb NOT NULL,
	"changed_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "transaction_versions_transaction_id_version_pk" PRIMARY KEY("transaction_id","version")
);
--> statement-breakpoint
ALTER TABLE "transaction_versions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP VIEW "mine"."reports";--> statement-breakpoint
DROP VIEW "mine"."transactions";--> statement-breakpoint
ALTER TABLE "transactions" ADD COLUMN "own_category" varchar(500);--> statement-breakpoint
ALTER TABLE "transactions" ADD COLUMN "own_description" text;--> statement-breakpoint
ALTER TABLE "transactions" ADD COLUMN "notes" text;--> statement-breakpoint
ALTER TABLE "transactions" ADD COLUMN "splits" jsonb;--> statement-breakpoint
ALTER TABLE "transactions" ADD COLUMN "shown_category" varchar(500) GENERATED ALWAYS AS (coalesce(own_category, category)) STORED;--> statement-breakpoint
ALTER TABLE "transactions" ADD COLUMN "search" "tsvector" GENERATED ALWAYS AS (array_to_tsvector(array['user:' || user_id::text]) || to_tsvector('simple', coalesce(own_description, description, '') || ' ' || coalesce(counterparty, '') || ' ' || coalesce(memo, '') || ' ' || coalesce(notes, ''))) STORED;--> statement-breakpoint
ALTER TABLE "reports" ADD COLUMN "parameters_hash" varchar(43);--> statement-breakpoint
ALTER TABLE "reports" ADD COLUMN "fence" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "reports" ADD COLUMN "lease_until" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "reports" ADD COLUMN "progress" jsonb;--> statement-breakpoint
ALTER TABLE "reports" ADD COLUMN "rows_expected" integer;--> statement-breakpoint
ALTER TABLE "transaction_versions" ADD CONSTRAINT "transaction_versions_transaction_id_transactions_id_fk" FOREIGN KEY ("transaction_id") REFERENCES "public"."transactions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "transactions_by_amount" ON "transactions" USING btree ("user_id","amount","id") WHERE not is_deleted;--> statement-breakpoint
CREATE INDEX "transactions_cash_date" ON "transactions" USING btree ("user_id","transaction_date","id") WHERE not is_deleted and moved_cash;--> statement-breakpoint
CREATE INDEX "transactions_cash_amount" ON "transactions" USING btree ("user_id","amount","id") WHERE not is_deleted and moved_cash;--> statement-breakpoint
CREATE INDEX "transactions_account_date" ON "transactions" USING btree ("user_id","account_id","transaction_date","id") WHERE not is_deleted;--> statement-breakpoint
CREATE INDEX "transactions_account_amount" ON "transactions" USING btree ("user_id","account_id","amount","id") WHERE not is_deleted;--> statement-breakpoint
CREATE INDEX "transactions_counterparty_date" ON "transactions" USING btree ("user_id","counterparty","transaction_date","id") WHERE not is_deleted and counterparty is not null;--> statement-breakpoint
CREATE INDEX "transactions_counterparty_amount" ON "transactions" USING btree ("user_id","counterparty","amount","id") WHERE not is_deleted and counterparty is not null;--> statement-breakpoint
CREATE INDEX "transactions_kind_date" ON "transactions" USING btree ("user_id","kind","transaction_date","id") WHERE not is_deleted;--> statement-breakpoint
CREATE INDEX "transactions_kind_amount" ON "transactions" USING btree ("user_id","kind","amount","id") WHERE not is_deleted;--> statement-breakpoint
CREATE INDEX "transactions_category_1_date" ON "transactions" USING btree ("user_id",regexp_substr(shown_category, '^[^:]*'),"transaction_date","id") WHERE not is_deleted and regexp_substr(shown_category, '^[^:]*') is not null;--> statement-breakpoint
CREATE INDEX "transactions_category_1_amount" ON "transactions" USING btree ("user_id",regexp_substr(shown_category, '^[^:]*'),"amount","id") WHERE not is_deleted and regexp_substr(shown_category, '^[^:]*') is not null;--> statement-breakpoint
CREATE INDEX "transactions_category_2_date" ON "transactions" USING btree ("user_id",regexp_substr(shown_category, '^[^:]*:[^:]*'),"transaction_date","id") WHERE not is_deleted and regexp_substr(shown_category, '^[^:]*:[^:]*') is not null;--> statement-breakpoint
CREATE INDEX "transactions_category_2_amount" ON "transactions" USING btree ("user_id",regexp_substr(shown_category, '^[^:]*:[^:]*'),"amount","id") WHERE not is_deleted and regexp_substr(shown_category, '^[^:]*:[^:]*') is not null;--> statement-breakpoint
CREATE INDEX "transactions_category_3_date" ON "transactions" USING btree ("user_id",regexp_substr(shown_category, '^[^:]*:[^:]*:[^:]*'),"transaction_date","id") WHERE not is_deleted and regexp_substr(shown_category, '^[^:]*:[^:]*:[^:]*') is not null;--> statement-breakpoint
CREATE INDEX "transactions_category_3_amount" ON "transactions" USING btree ("user_id",regexp_substr(shown_category, '^[^:]*:[^:]*:[^:]*'),"amount","id") WHERE not is_deleted and regexp_substr(shown_category, '^[^:]*:[^:]*:[^:]*') is not null;--> statement-breakpoint
CREATE INDEX "transactions_search" ON "transactions" USING gin ("search");--> statement-breakpoint
CREATE INDEX "reports_same" ON "reports" USING btree ("user_id","parameters_hash","data_version");--> statement-breakpoint
CREATE VIEW "mine"."transaction_versions" AS (select "transaction_id", "version", "user_id", "author", "before", "changed_at" from "transaction_versions" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."reports" AS (select "id", "user_id", "report_type", "parameters", "parameters_hash", "status", "fence", "lease_until", "progress", "rows_expected", "data_version", "figures", "object_key", "rows", "bytes", "failure", "created_at", "started_at", "generated_at" from "reports" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."transactions" AS (select "id", "user_id", "account_id", "source", "entity", "external_id", "transaction_date", "amount", "currency", "category", "description", "counterparty", "memo", "doc_number", "kind", "moved_cash", "status", "is_deleted", "own_category", "own_description", "notes", "splits", "shown_category", "search", "data_version", "created_at", "updated_at" from "transactions" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "transaction_versions_own" ON "transaction_versions" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "transaction_versions_system" ON "transaction_versions" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);