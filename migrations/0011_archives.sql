CREATE TABLE "archive_totals" (
	"archive_id" uuid NOT NULL,
	"n" integer NOT NULL,
	"user_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"month" date NOT NULL,
	"ledger_account_id" uuid,
	"category" varchar(500),
	"currency" varchar(3) NOT NULL,
	"amount" numeric(19, 4) NOT NULL,
	"home_amount" numeric(19, 4) NOT NULL,
	"rows" integer NOT NULL,
	"cause" varchar(20),
	CONSTRAINT "archive_totals_archive_id_n_pk" PRIMARY KEY("archive_id","n")
);
--> statement-breakpoint
ALTER TABLE "archive_totals" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "archived_transactions" (
	"transaction_id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"archive_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"entity" varchar(40) NOT NULL,
	"external_id" varchar(40) NOT NULL,
	"transaction_date" date NOT NULL
);
--> statement-breakpoint
ALTER TABLE "archived_transactions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "archives" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"month" date NOT NULL,
	"status" varchar(10) NOT NULL,
	"claim" uuid,
	"rows" integer NOT NULL,
	"bytes" integer NOT NULL,
	"sha256" varchar(43) NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "archives" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP VIEW "mine"."users";--> statement-breakpoint
DROP VIEW "mine"."postings";--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "archive_after_months" integer;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "archive_due_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "archive_totals" ADD CONSTRAINT "archive_totals_archive_id_archives_id_fk" FOREIGN KEY ("archive_id") REFERENCES "public"."archives"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "archive_totals" ADD CONSTRAINT "archive_totals_ledger_account_id_ledger_accounts_id_fk" FOREIGN KEY ("ledger_account_id") REFERENCES "public"."ledger_accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "archived_transactions" ADD CONSTRAINT "archived_transactions_archive_id_archives_id_fk" FOREIGN KEY ("archive_id") REFERENCES "public"."archives"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "archives" ADD CONSTRAINT "archives_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "archive_totals_ledger" ON "archive_totals" USING btree ("account_id","ledger_account_id","month") WHERE ledger_account_id is not null;--> statement-breakpoint
CREATE INDEX "archive_totals_user" ON "archive_totals" USING btree ("user_id","month");--> statement-breakpoint
CREATE UNIQUE INDEX "archived_transactions_external" ON "archived_transactions" USING btree ("account_id","entity","external_id");--> statement-breakpoint
CREATE INDEX "archived_transactions_archive" ON "archived_transactions" USING btree ("archive_id");--> statement-breakpoint
CREATE INDEX "archived_transactions_user" ON "archived_transactions" USING btree ("user_id","transaction_date");--> statement-breakpoint
CREATE INDEX "archives_user" ON "archives" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "archives_account" ON "archives" USING btree ("account_id","month");--> statement-breakpoint
CREATE INDEX "users_archive" ON "users" USING btree ("archive_due_at") WHERE archive_due_at is not null;--> statement-breakpoint
CREATE VIEW "mine"."archive_totals" AS (select "archive_id", "n", "user_id", "account_id", "month", "ledger_account_id", "category", "currency", "amount", "home_amount", "rows", "cause" from "archive_totals" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."archived_transactions" AS (select "transaction_id", "user_id", "archive_id", "account_id", "entity", "external_id", "transaction_date" from "archived_transactions" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."archives" AS (select "id", "user_id", "account_id", "month", "status", "claim", "rows", "bytes", "sha256", "created_at" from "archives" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."users" AS (select "id", "name", "email", "password_hash", "is_verified", "data_version", "sessions_valid_from", "failed_logins", "totp_secret", "totp_enabled_at", "totp_last_step", "backup_codes", "erase_at", "archive_after_months", "archive_due_at", "created_at", "updated_at" from "users" where id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."postings" AS (select transaction_id, line, user_id, account_id, ledger_account_id, posting_date, currency, home_amount, memo, amount, null::varchar(20) as cause, 0 as archived_rows from "postings" where user_id = nullif(current_setting('app.user_id', true), '')::uuid
    union all select transaction_id, line, user_id, account_id, ledger_account_id, posting_date, currency, home_amount, memo, home_amount, cause, 0 from "provider_postings" where user_id = nullif(current_setting('app.user_id', true), '')::uuid
    union all select archive_id, n, user_id, account_id, ledger_account_id, month, currency, home_amount, null, amount, cause, rows from "archive_totals" where user_id = nullif(current_setting('app.user_id', true), '')::uuid and ledger_account_id is not null);--> statement-breakpoint
CREATE POLICY "archive_totals_own" ON "archive_totals" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "archive_totals_system" ON "archive_totals" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "archived_transactions_own" ON "archived_transactions" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "archived_transactions_system" ON "archived_transactions" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "archives_own" ON "archives" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "archives_system" ON "archives" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);