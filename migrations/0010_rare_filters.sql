CREATE INDEX "transactions_no_cash_date" ON "transactions" USING btree ("user_id","transaction_date","id") WHERE not is_deleted and not moved_cash;--> statement-breakpoint
CREATE INDEX "transactions_no_cash_amount" ON "transactions" USING btree ("user_id","amount","id") WHERE not is_deleted and not moved_cash;--> statement-breakpoint
CREATE INDEX "transactions_currency_date" ON "transactions" USING btree ("user_id","currency","transaction_date","id") WHERE not is_deleted;--> statement-breakpoint
CREATE INDEX "transactions_currency_amount" ON "transactions" USING btree ("user_id","currency","amount","id") WHERE not is_deleted;--> statement-breakpoint
CREATE INDEX "transactions_status_date" ON "transactions" USING btree ("user_id","status","transaction_date","id") WHERE not is_deleted and status <> 'posted';--> statement-breakpoint
CREATE INDEX "transactions_status_amount" ON "transactions" USING btree ("user_id","status","amount","id") WHERE not is_deleted and status <> 'posted';--> statement-breakpoint
CREATE INDEX "transactions_source_date" ON "transactions" USING btree ("user_id","source","transaction_date","id") WHERE not is_deleted;--> statement-breakpoint
CREATE INDEX "transactions_source_amount" ON "transactions" USING btree ("user_id","source","amount","id") WHERE not is_deleted;