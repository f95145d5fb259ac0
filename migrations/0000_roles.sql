-- Roles are the cluster's, not the database's: a second database on the same server finds them made.
do $$ begin
  create role finhelm_app nologin nobypassrls;
exception when duplicate_object then null; end $$;
--> statement-breakpoint
do $$ begin
  create role finhelm_system nologin nobypassrls;
exception when duplicate_object then null; end $$;
--> statement-breakpoint
-- to give views and functions to finhelm_system, the migrating owner must be a member of it (Neon's owner is no superuser)
do $$ begin
  if not pg_has_role(current_user, 'finhelm_system', 'member') then
    execute format('grant finhelm_system to %I', current_user);
  end if;
end $$;
