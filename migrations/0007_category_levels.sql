CREATE TABLE "transaction_parts" (
	"transaction_id" uuid NOT NULL,
	"category" varchar(500) NOT NULL,
	"user_id" uuid NOT NULL,
	"transaction_date" date NOT NULL,
	"amount" numeric(19, 4) NOT NULL,
	CONSTRAINT "transaction_parts_transaction_id_category_pk" PRIMARY KEY("transaction_id","category")
);
--> statement-breakpoint
ALTER TABLE "transaction_parts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP VIEW "mine"."transactions";--> statement-breakpoint
DROP INDEX "transactions_category_1_date";--> statement-breakpoint
DROP INDEX "transactions_category_1_amount";--> statement-breakpoint
DROP INDEX "transactions_category_2_date";--> statement-breakpoint
DROP INDEX "transactions_category_2_amount";--> statement-breakpoint
DROP INDEX "transactions_category_3_date";--> statement-breakpoint
DROP INDEX "transactions_category_3_amount";--> statement-breakpoint
ALTER TABLE "transactions" ADD COLUMN "category_1" varchar(500) GENERATED ALWAYS AS (regexp_substr(coalesce(own_category, category), '^[^:]*')) STORED;--> statement-breakpoint
ALTER TABLE "transactions" ADD COLUMN "category_2" varchar(500) GENERATED ALWAYS AS (regexp_substr(coalesce(own_category, category), '^[^:]*:[^:]*')) STORED;--> statement-breakpoint
ALTER TABLE "transactions" ADD COLUMN "category_3" varchar(500) GENERATED ALWAYS AS (regexp_substr(coalesce(own_category, category), '^[^:]*:[^:]*:[^:]*')) STORED;--> statement-breakpoint
ALTER TABLE "transaction_parts" ADD CONSTRAINT "transaction_parts_transaction_id_transactions_id_fk" FOREIGN KEY ("transaction_id") REFERENCES "public"."transactions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "transaction_parts_date" ON "transaction_parts" USING btree ("user_id","category","transaction_date","transaction_id");--> statement-breakpoint
CREATE INDEX "transaction_parts_amount" ON "transaction_parts" USING btree ("user_id","category","amount","transaction_id");--> statement-breakpoint
CREATE INDEX "transactions_category_1_date" ON "transactions" USING btree ("user_id","category_1","transaction_date","id") WHERE not is_deleted and category_1 is not null;--> statement-breakpoint
CREATE INDEX "transactions_category_1_amount" ON "transactions" USING btree ("user_id","category_1","amount","id") WHERE not is_deleted and category_1 is not null;--> statement-breakpoint
CREATE INDEX "transactions_category_2_date" ON "transactions" USING btree ("user_id","category_2","transaction_date","id") WHERE not is_deleted and category_2 is not null;--> statement-breakpoint
CREATE INDEX "transactions_category_2_amount" ON "transactions" USING btree ("user_id","category_2","amount","id") WHERE not is_deleted and category_2 is not null;--> statement-breakpoint
CREATE INDEX "transactions_category_3_date" ON "transactions" USING btree ("user_id","category_3","transaction_date","id") WHERE not is_deleted and category_3 is not null;--> statement-breakpoint
CREATE INDEX "transactions_category_3_amount" ON "transactions" USING btree ("user_id","category_3","amount","id") WHERE not is_deleted and category_3 is not null;--> statement-breakpoint
CREATE VIEW "mine"."transaction_parts" AS (select "transaction_id", "category", "user_id", "transaction_date", "amount" from "transaction_parts" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."transactions" AS (select "id", "user_id", "account_id", "source", "entity", "external_id", "transaction_date", "amount", "currency", "category", "description", "counterparty", "memo", "doc_number", "kind", "moved_cash", "status", "is_deleted", "own_category", "own_description", "notes", "splits", "shown_category", "category_1", "category_2", "category_3", "search", "data_version", "created_at", "updated_at" from "transactions" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "transaction_parts_own" ON "transaction_parts" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "transaction_parts_system" ON "transaction_parts" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
INSERT INTO "transaction_parts" SELECT DISTINCT t.id, array_to_string(levels[1:depth], ':'), t.user_id, t.transaction_date, t.amount FROM transactions t CROSS JOIN jsonb_to_recordset(t.splits) AS part(category text) CROSS JOIN string_to_array(part.category, ':') AS levels CROSS JOIN generate_series(1, cardinality(levels)) AS depth WHERE NOT t.is_deleted AND t.splits IS NOT NULL;
