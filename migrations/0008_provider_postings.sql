CREATE TABLE "provider_postings" (
	"transaction_id" uuid NOT NULL,
	"line" integer NOT NULL,
	"user_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"ledger_account_id" uuid NOT NULL,
	"posting_date" date NOT NULL,
	"home_amount" numeric(19, 4) NOT NULL,
	"currency" varchar(3) NOT NULL,
	"cause" varchar(20) NOT NULL,
	"memo" text,
	CONSTRAINT "provider_postings_transaction_id_line_pk" PRIMARY KEY("transaction_id","line")
);
--> statement-breakpoint
ALTER TABLE "provider_postings" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP VIEW "mine"."postings";--> statement-breakpoint
ALTER TABLE "provider_postings" ADD CONSTRAINT "provider_postings_transaction_id_transactions_id_fk" FOREIGN KEY ("transaction_id") REFERENCES "public"."transactions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provider_postings" ADD CONSTRAINT "provider_postings_ledger_account_id_ledger_accounts_id_fk" FOREIGN KEY ("ledger_account_id") REFERENCES "public"."ledger_accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "provider_postings_ledger_account" ON "provider_postings" USING btree ("ledger_account_id");--> statement-breakpoint
CREATE INDEX "provider_postings_ledger" ON "provider_postings" USING btree ("account_id","ledger_account_id","posting_date");--> statement-breakpoint
CREATE VIEW "mine"."postings" AS (select transaction_id, line, user_id, account_id, ledger_account_id, posting_date, amount, currency, home_amount, memo, null::varchar(20) as cause from "postings" where user_id = nullif(current_setting('app.user_id', true), '')::uuid
    union all select transaction_id, line, user_id, account_id, ledger_account_id, posting_date, home_amount, currency, home_amount, memo, cause from "provider_postings" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "provider_postings_own" ON "provider_postings" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "provider_postings_system" ON "provider_postings" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);