ALTER TABLE "postings" DROP CONSTRAINT "postings_ledger_account_id_ledger_accounts_id_fk";
--> statement-breakpoint
ALTER TABLE "postings" ADD CONSTRAINT "postings_ledger_account_id_ledger_accounts_id_fk" FOREIGN KEY ("ledger_account_id") REFERENCES "public"."ledger_accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "postings_ledger_account" ON "postings" USING btree ("ledger_account_id");