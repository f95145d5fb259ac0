CREATE SCHEMA "mine";
--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"service_name" varchar(50) NOT NULL,
	"display_name" varchar(200) NOT NULL,
	"external_account_mac" varchar(43),
	"external_account_id" text,
	"access_token" text,
	"refresh_token" text,
	"token_expires_at" timestamp(3) with time zone,
	"refresh_expires_at" timestamp(3) with time zone,
	"token_version" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp(3) with time zone,
	"status" varchar(20) NOT NULL,
	"status_reason" varchar(50),
	"home_currency" varchar(3),
	"fiscal_year_start" integer DEFAULT 1 NOT NULL,
	"sync_from" date,
	"next_sync_at" timestamp(3) with time zone,
	"last_synced_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "accounts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "link_attempts" (
	"id" varchar(12) PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"service" varchar(50) NOT NULL,
	"state_hash" varchar(43) NOT NULL,
	"return_url" text NOT NULL,
	"sync_from" date,
	"link_code_hash" varchar(43),
	"parked" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"completed_at" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "link_attempts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "reconciliations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"sync_run_id" uuid,
	"as_of" date NOT NULL,
	"basis" varchar(10) NOT NULL,
	"status" varchar(20) NOT NULL,
	"currency" varchar(3) NOT NULL,
	"differences" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "reconciliations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "source_documents" (
	"account_id" uuid NOT NULL,
	"entity" varchar(40) NOT NULL,
	"external_id" varchar(40) NOT NULL,
	"user_id" uuid NOT NULL,
	"version" bigint NOT NULL,
	"changed_at" timestamp(3) with time zone NOT NULL,
	"is_deleted" boolean DEFAULT false NOT NULL,
	"body" jsonb,
	"problems" jsonb,
	"data_version" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "source_documents_account_id_entity_external_id_pk" PRIMARY KEY("account_id","entity","external_id")
);
--> statement-breakpoint
ALTER TABLE "source_documents" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sync_cursors" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"changed_since" timestamp(3) with time zone NOT NULL,
	"full_at" timestamp(3) with time zone,
	"updated_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "sync_cursors" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sync_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"trigger" varchar(20) NOT NULL,
	"phase" varchar(20) NOT NULL,
	"fence" integer DEFAULT 0 NOT NULL,
	"cursor" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"counts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"incomplete" boolean DEFAULT false NOT NULL,
	"reason" varchar(50),
	"claimed_until" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	"started_at" timestamp(3) with time zone,
	"finished_at" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "sync_runs" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" varchar(12) PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"name" varchar(100) NOT NULL,
	"mac" varchar(43) NOT NULL,
	"last_four" varchar(4) NOT NULL,
	"scopes" varchar(40)[] NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone,
	"last_used_at" timestamp(3) with time zone,
	"revoked_at" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "api_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "audit_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid,
	"sequence" bigint DEFAULT 0 NOT NULL,
	"action" varchar(60) NOT NULL,
	"subject" varchar(100),
	"actor_kind" varchar(10) NOT NULL,
	"request_id" varchar(64),
	"occurred_at" timestamp(3) with time zone NOT NULL,
	"personal" jsonb,
	"personal_hash" varchar(64),
	"details" jsonb,
	"previous_hash" varchar(64) DEFAULT '' NOT NULL,
	"hash" varchar(64) DEFAULT '' NOT NULL
);
--> statement-breakpoint
ALTER TABLE "audit_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "mails" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"template" varchar(30) NOT NULL,
	"address" varchar(255) NOT NULL,
	"params" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"due_at" timestamp(3) with time zone NOT NULL,
	"sent_at" timestamp(3) with time zone,
	"failure" text
);
--> statement-breakpoint
ALTER TABLE "mails" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "one_time_tokens" (
	"id" varchar(12) PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"purpose" varchar(20) NOT NULL,
	"hash" varchar(43) NOT NULL,
	"payload" jsonb,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"used_at" timestamp(3) with time zone,
	"used_by" varchar(64)
);
--> statement-breakpoint
ALTER TABLE "one_time_tokens" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "refresh_tokens" (
	"hash" varchar(43) PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"session_id" uuid NOT NULL,
	"used_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "refresh_tokens" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"user_agent" varchar(300),
	"ip" varchar(45),
	"created_at" timestamp(3) with time zone NOT NULL,
	"last_used_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"ended_at" timestamp(3) with time zone,
	"ended_reason" varchar(30)
);
--> statement-breakpoint
ALTER TABLE "sessions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" varchar(100) NOT NULL,
	"email" varchar(255) NOT NULL,
	"password_hash" varchar(255) NOT NULL,
	"is_verified" boolean DEFAULT false NOT NULL,
	"data_version" bigint DEFAULT 0 NOT NULL,
	"sessions_valid_from" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "users" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "ledger_accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"external_id" varchar(40) NOT NULL,
	"name" varchar(200) NOT NULL,
	"full_name" varchar(500) NOT NULL,
	"classification" varchar(20) NOT NULL,
	"account_type" varchar(40) NOT NULL,
	"account_sub_type" varchar(60),
	"currency" varchar(3) NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"data_version" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "ledger_accounts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "postings" (
	"transaction_id" uuid NOT NULL,
	"line" integer NOT NULL,
	"user_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"ledger_account_id" uuid NOT NULL,
	"posting_date" date NOT NULL,
	"amount" numeric(19, 4) NOT NULL,
	"currency" varchar(3) NOT NULL,
	"home_amount" numeric(19, 4) NOT NULL,
	"memo" text,
	CONSTRAINT "postings_transaction_id_line_pk" PRIMARY KEY("transaction_id","line")
);
--> statement-breakpoint
ALTER TABLE "postings" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "transactions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"source" varchar(20) NOT NULL,
	"entity" varchar(40),
	"external_id" varchar(40),
	"transaction_date" date NOT NULL,
	"amount" numeric(19, 4) NOT NULL,
	"currency" varchar(3) NOT NULL,
	"category" varchar(500),
	"description" text,
	"counterparty" varchar(500),
	"memo" text,
	"doc_number" varchar(40),
	"kind" varchar(40) NOT NULL,
	"moved_cash" boolean NOT NULL,
	"status" varchar(20) DEFAULT 'posted' NOT NULL,
	"is_deleted" boolean DEFAULT false NOT NULL,
	"data_version" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "transactions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "ai_queries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"query_text" text NOT NULL,
	"response" jsonb,
	"transcript" text,
	"tools" jsonb,
	"grounding" varchar(20),
	"model" varchar(100),
	"cost_ticks" bigint DEFAULT 0 NOT NULL,
	"input_tokens" integer DEFAULT 0 NOT NULL,
	"output_tokens" integer DEFAULT 0 NOT NULL,
	"data_version" bigint NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"finished_at" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "ai_queries" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "dead_letters" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid,
	"queue" varchar(30) NOT NULL,
	"message" jsonb NOT NULL,
	"cause" text NOT NULL,
	"attempts" integer NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"replayed_at" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "dead_letters" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"user_id" uuid NOT NULL,
	"key" varchar(100) NOT NULL,
	"request_hash" varchar(43) NOT NULL,
	"lease_until" timestamp(3) with time zone,
	"status" integer,
	"answer" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_user_id_key_pk" PRIMARY KEY("user_id","key")
);
--> statement-breakpoint
ALTER TABLE "idempotency_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "reports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"report_type" varchar(50) NOT NULL,
	"parameters" jsonb NOT NULL,
	"status" varchar(20) NOT NULL,
	"data_version" bigint,
	"figures" jsonb,
	"object_key" varchar(200),
	"rows" integer,
	"bytes" bigint,
	"failure" varchar(50),
	"created_at" timestamp(3) with time zone NOT NULL,
	"started_at" timestamp(3) with time zone,
	"generated_at" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "reports" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link_attempts" ADD CONSTRAINT "link_attempts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliations" ADD CONSTRAINT "reconciliations_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "source_documents" ADD CONSTRAINT "source_documents_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_cursors" ADD CONSTRAINT "sync_cursors_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_runs" ADD CONSTRAINT "sync_runs_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mails" ADD CONSTRAINT "mails_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "one_time_tokens" ADD CONSTRAINT "one_time_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_accounts" ADD CONSTRAINT "ledger_accounts_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "postings" ADD CONSTRAINT "postings_transaction_id_transactions_id_fk" FOREIGN KEY ("transaction_id") REFERENCES "public"."transactions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "postings" ADD CONSTRAINT "postings_ledger_account_id_ledger_accounts_id_fk" FOREIGN KEY ("ledger_account_id") REFERENCES "public"."ledger_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transactions" ADD CONSTRAINT "transactions_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_queries" ADD CONSTRAINT "ai_queries_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "accounts_user_service_external" ON "accounts" USING btree ("user_id","service_name","external_account_mac");--> statement-breakpoint
CREATE UNIQUE INDEX "accounts_manual" ON "accounts" USING btree ("user_id") WHERE service_name = 'manual';--> statement-breakpoint
CREATE INDEX "accounts_external" ON "accounts" USING btree ("external_account_mac");--> statement-breakpoint
CREATE INDEX "accounts_due" ON "accounts" USING btree ("next_sync_at") WHERE status = 'connected';--> statement-breakpoint
CREATE INDEX "link_attempts_user" ON "link_attempts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "reconciliations_account" ON "reconciliations" USING btree ("account_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "sync_runs_one_open" ON "sync_runs" USING btree ("account_id") WHERE finished_at is null;--> statement-breakpoint
CREATE INDEX "sync_runs_account" ON "sync_runs" USING btree ("account_id","created_at");--> statement-breakpoint
CREATE INDEX "api_keys_user" ON "api_keys" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "audit_events_chain" ON "audit_events" USING btree ("user_id","sequence");--> statement-breakpoint
CREATE INDEX "audit_events_user" ON "audit_events" USING btree ("user_id","id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "mails_due" ON "mails" USING btree ("due_at") WHERE sent_at is null and failure is null;--> statement-breakpoint
CREATE INDEX "one_time_tokens_user" ON "one_time_tokens" USING btree ("user_id","purpose");--> statement-breakpoint
CREATE INDEX "refresh_tokens_session" ON "refresh_tokens" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_key" ON "users" USING btree ("email");--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_accounts_external" ON "ledger_accounts" USING btree ("account_id","external_id");--> statement-breakpoint
CREATE INDEX "ledger_accounts_user" ON "ledger_accounts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "postings_ledger" ON "postings" USING btree ("account_id","ledger_account_id","posting_date");--> statement-breakpoint
CREATE UNIQUE INDEX "transactions_external" ON "transactions" USING btree ("account_id","entity","external_id");--> statement-breakpoint
CREATE INDEX "transactions_list" ON "transactions" USING btree ("user_id","transaction_date" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE not is_deleted;--> statement-breakpoint
CREATE INDEX "ai_queries_user" ON "ai_queries" USING btree ("user_id","id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "dead_letters_open" ON "dead_letters" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "idempotency_keys_age" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "reports_user" ON "reports" USING btree ("user_id","id" DESC NULLS FIRST);--> statement-breakpoint
CREATE VIEW "mine"."users" AS (select "id", "name", "email", "password_hash", "is_verified", "data_version", "sessions_valid_from", "created_at", "updated_at" from "users" where id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."accounts" AS (select "id", "user_id", "service_name", "display_name", "external_account_mac", "external_account_id", "access_token", "refresh_token", "token_expires_at", "refresh_expires_at", "token_version", "lease_until", "status", "status_reason", "home_currency", "fiscal_year_start", "sync_from", "next_sync_at", "last_synced_at", "created_at", "updated_at" from "accounts" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."ai_queries" AS (select "id", "user_id", "query_text", "response", "transcript", "tools", "grounding", "model", "cost_ticks", "input_tokens", "output_tokens", "data_version", "created_at", "finished_at" from "ai_queries" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."api_keys" AS (select "id", "user_id", "name", "mac", "last_four", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at" from "api_keys" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."audit_events" AS (select "id", "user_id", "sequence", "action", "subject", "actor_kind", "request_id", "occurred_at", "personal", "personal_hash", "details", "previous_hash", "hash" from "audit_events" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."ledger_accounts" AS (select "id", "user_id", "account_id", "external_id", "name", "full_name", "classification", "account_type", "account_sub_type", "currency", "is_active", "data_version" from "ledger_accounts" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."postings" AS (select "transaction_id", "line", "user_id", "account_id", "ledger_account_id", "posting_date", "amount", "currency", "home_amount", "memo" from "postings" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."reconciliations" AS (select "id", "user_id", "account_id", "sync_run_id", "as_of", "basis", "status", "currency", "differences", "created_at" from "reconciliations" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."reports" AS (select "id", "user_id", "report_type", "parameters", "status", "data_version", "figures", "object_key", "rows", "bytes", "failure", "created_at", "started_at", "generated_at" from "reports" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."sessions" AS (select "id", "user_id", "user_agent", "ip", "created_at", "last_used_at", "expires_at", "ended_at", "ended_reason" from "sessions" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."source_documents" AS (select "account_id", "entity", "external_id", "user_id", "version", "changed_at", "is_deleted", "body", "problems", "data_version" from "source_documents" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."sync_runs" AS (select "id", "user_id", "account_id", "trigger", "phase", "fence", "cursor", "counts", "incomplete", "reason", "claimed_until", "created_at", "started_at", "finished_at" from "sync_runs" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."transactions" AS (select "id", "user_id", "account_id", "source", "entity", "external_id", "transaction_date", "amount", "currency", "category", "description", "counterparty", "memo", "doc_number", "kind", "moved_cash", "status", "is_deleted", "data_version", "created_at", "updated_at" from "transactions" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "accounts_own" ON "accounts" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "accounts_system" ON "accounts" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "link_attempts_own" ON "link_attempts" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "link_attempts_system" ON "link_attempts" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "reconciliations_own" ON "reconciliations" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "reconciliations_system" ON "reconciliations" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "source_documents_own" ON "source_documents" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "source_documents_system" ON "source_documents" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "sync_cursors_own" ON "sync_cursors" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "sync_cursors_system" ON "sync_cursors" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "sync_runs_own" ON "sync_runs" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "sync_runs_system" ON "sync_runs" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "api_keys_own" ON "api_keys" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "api_keys_system" ON "api_keys" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "audit_events_read" ON "audit_events" AS PERMISSIVE FOR SELECT TO "finhelm_app" USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "audit_events_append" ON "audit_events" AS PERMISSIVE FOR INSERT TO "finhelm_app" WITH CHECK (user_id is not distinct from nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "audit_events_system" ON "audit_events" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "mails_own" ON "mails" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "mails_system" ON "mails" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "one_time_tokens_own" ON "one_time_tokens" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "one_time_tokens_system" ON "one_time_tokens" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "refresh_tokens_own" ON "refresh_tokens" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "refresh_tokens_system" ON "refresh_tokens" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "sessions_own" ON "sessions" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "sessions_system" ON "sessions" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "users_own" ON "users" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "users_system" ON "users" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "ledger_accounts_own" ON "ledger_accounts" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "ledger_accounts_system" ON "ledger_accounts" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "postings_own" ON "postings" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "postings_system" ON "postings" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "transactions_own" ON "transactions" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "transactions_system" ON "transactions" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "ai_queries_own" ON "ai_queries" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "ai_queries_system" ON "ai_queries" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "dead_letters_append" ON "dead_letters" AS PERMISSIVE FOR INSERT TO "finhelm_app" WITH CHECK (user_id is not distinct from nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "dead_letters_system" ON "dead_letters" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "idempotency_keys_own" ON "idempotency_keys" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "idempotency_keys_system" ON "idempotency_keys" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "reports_own" ON "reports" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "reports_system" ON "reports" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);