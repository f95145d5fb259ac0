CREATE TABLE "person_exports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"status" varchar(20) NOT NULL,
	"bytes" bigint,
	"created_at" timestamp(3) with time zone NOT NULL,
	"ready_at" timestamp(3) with time zone,
	"expires_at" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "person_exports" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP VIEW "mine"."users";--> statement-breakpoint
DROP VIEW "mine"."api_keys";--> statement-breakpoint
ALTER TABLE "idempotency_keys" ALTER COLUMN "lease_until" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "allowed_ranges" varchar(50)[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "failed_logins" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "totp_secret" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "totp_enabled_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "totp_last_step" bigint;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "backup_codes" varchar(43)[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "erase_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD COLUMN "leased_by" varchar(64) NOT NULL;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD COLUMN "applied_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "person_exports" ADD CONSTRAINT "person_exports_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "person_exports_user" ON "person_exports" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "users_erase" ON "users" USING btree ("erase_at") WHERE erase_at is not null;--> statement-breakpoint
CREATE VIEW "mine"."person_exports" AS (select "id", "user_id", "status", "bytes", "created_at", "ready_at", "expires_at" from "person_exports" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."users" AS (select "id", "name", "email", "password_hash", "is_verified", "data_version", "sessions_valid_from", "failed_logins", "totp_secret", "totp_enabled_at", "totp_last_step", "backup_codes", "erase_at", "created_at", "updated_at" from "users" where id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE VIEW "mine"."api_keys" AS (select "id", "user_id", "name", "mac", "last_four", "scopes", "allowed_ranges", "created_at", "expires_at", "last_used_at", "revoked_at" from "api_keys" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "person_exports_own" ON "person_exports" AS PERMISSIVE FOR ALL TO "finhelm_app" USING ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid) WITH CHECK ("user_id" = nullif(current_setting('app.user_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "person_exports_system" ON "person_exports" AS PERMISSIVE FOR ALL TO "finhelm_system" USING (true) WITH CHECK (true);