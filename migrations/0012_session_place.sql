DROP VIEW "mine"."sessions";--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "place" varchar(120);--> statement-breakpoint
CREATE VIEW "mine"."sessions" AS (select "id", "user_id", "user_agent", "ip", "place", "created_at", "last_used_at", "expires_at", "ended_at", "ended_reason" from "sessions" where user_id = nullif(current_setting('app.user_id', true), '')::uuid);