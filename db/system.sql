-- Applied after every migration, and again harmlessly: owners, grants, and the few functions that look before the user is known.

-- To give views and functions to finhelm_system, and to replace them later, the owner must act as it. That it made the role does
-- not allow this (PostgreSQL 16 and later), unless it is a superuser; Neon's owner is none.
do $$ begin
  if not (pg_has_role(current_user, 'finhelm_system', 'set') and pg_has_role(current_user, 'finhelm_system', 'usage')) then
    execute format('grant finhelm_system to %I with inherit true, set true', current_user);
  end if;
end $$;

grant usage on schema public, mine to finhelm_app, finhelm_system;
-- the owner of a schema's objects needs create on it for the moment of the transfer
grant create on schema public, mine to finhelm_system;

do $$
declare item record;
begin
  for item in select c.oid::regclass as name, c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') loop
    if not (select relrowsecurity from pg_class where oid = item.name) then
      raise exception 'table % has no row-level security', item.name;
    end if;
    execute format('grant select, insert, update, delete on %s to finhelm_app', item.name);
    execute format('grant select, insert, update, delete on %s to finhelm_system', item.name);
  end loop;
  for item in select c.oid::regclass as name from pg_class c where c.relnamespace = 'mine'::regnamespace and c.relkind = 'v' loop
    execute format('alter view %s owner to finhelm_system', item.name);
    execute format('grant select on %s to finhelm_app', item.name);
  end loop;
end $$;

-- append only
revoke update, delete on audit_events from finhelm_app;
revoke select, update, delete on dead_letters from finhelm_app;

-- The trail: numbered and chained per user; events without a user have a chain of their own.
-- What a row's hash covers: all of it but the personal part, of which it covers the salted hash.
create or replace function audit_hash(e audit_events) returns text language sql stable set search_path = public, pg_temp as $$
  select encode(sha256(convert_to(jsonb_build_array(
    e.id, e.user_id, e.sequence, e.action, e.subject, e.actor_kind, e.request_id,
    to_char(e.occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), e.personal_hash, e.details, e.previous_hash)::text, 'utf8')), 'hex')
$$;
create or replace function personal_hash(personal jsonb) returns text language sql immutable set search_path = public, pg_temp as
$$ select encode(sha256(convert_to(personal::text, 'utf8')), 'hex') $$;

create or replace function chain_audit_event() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare last record;
begin
  perform pg_advisory_xact_lock(hashtextextended('audit:' || coalesce(new.user_id::text, ''), 0));
  select sequence, hash into last from audit_events where user_id is not distinct from new.user_id order by sequence desc limit 1;
  new.sequence := coalesce(last.sequence, 0) + 1;
  new.previous_hash := coalesce(last.hash, '');
  new.personal_hash := personal_hash(new.personal);
  new.hash := audit_hash(new);
  return new;
end $$;
alter function chain_audit_event() owner to finhelm_system;
create or replace trigger audit_events_chained before insert on audit_events for each row execute function chain_audit_event();

-- What a transaction said before each change, whoever made it. A change that shows nothing leaves no version.
create or replace function keep_transaction_version() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare was jsonb; own boolean;
begin
  -- a number as text: money passes through no float
  select jsonb_object_agg(o.key, case jsonb_typeof(o.value) when 'number' then to_jsonb(o.value #>> '{}') else o.value end) into was from jsonb_each(to_jsonb(old)) o join jsonb_each(to_jsonb(new)) n on n.key = o.key
    where o.value is distinct from n.value and o.key not in ('search', 'shown_category', 'category_1', 'category_2', 'category_3', 'data_version', 'updated_at', 'created_at');
  if was is null then return null; end if;
  own := old.source <> 'quickbooks' or was ?| array['own_category', 'own_description', 'notes', 'splits'];
  insert into transaction_versions (transaction_id, version, user_id, author, before, changed_at)
    values (new.id, 1 + (select count(*) from transaction_versions v where v.transaction_id = new.id), new.user_id, case when own then 'person' else new.source end, was, new.updated_at);
  return null;
end $$;
create or replace trigger transactions_versioned after update on transactions for each row execute function keep_transaction_version();

-- By which categories a transaction in parts is found: those of its parts, and every one above them.
create or replace function keep_transaction_parts() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  delete from transaction_parts where transaction_id = new.id;
  insert into transaction_parts (transaction_id, category, user_id, transaction_date, amount)
    select distinct new.id, array_to_string(levels[1:depth], ':'), new.user_id, new.transaction_date, new.amount
    from jsonb_to_recordset(new.splits) as part(category text) cross join string_to_array(part.category, ':') as levels cross join generate_series(1, cardinality(levels)) as depth
    where not new.is_deleted;
  return null;
end $$;
create or replace trigger transactions_in_parts after insert on transactions for each row when (new.splits is not null) execute function keep_transaction_parts();
create or replace trigger transactions_parts_changed after update on transactions for each row
  when ((old.splits, old.transaction_date, old.amount, old.is_deleted) is distinct from (new.splits, new.transaction_date, new.amount, new.is_deleted) and (old.splits is not null or new.splits is not null))
  execute function keep_transaction_parts();

-- A document whose transaction is in the archive does not change before it was brought back: `FH001`, and in which file it is.
create or replace function refuse_archived() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare file uuid;
begin
  select archive_id into file from archived_transactions a where a.account_id = new.account_id and a.entity = new.entity and a.external_id = new.external_id;
  if file is not null then raise exception 'archived in %', file using errcode = 'FH001'; end if;
  return new;
end $$;
create or replace trigger source_documents_not_archived before update on source_documents for each row
  when ((old.version, old.is_deleted, old.changed_at, old.data_version) is distinct from (new.version, new.is_deleted, new.changed_at, new.data_version))
  execute function refuse_archived();

-- Before the user is known. Each returns ids only; a test lists them.

create or replace function user_by_email(address text) returns uuid
  language sql stable security definer set search_path = public, pg_temp as
$$ select id from users where email = address $$;

drop function if exists accounts_by_company(text);
-- Companies of which QuickBooks says that something changed: opens a run for each connection that has not read so far, under an
-- id that it is given. Where a run is open already, the next one is due at once: that run may have read before the change.
create or replace function wake_companies(hints jsonb, at timestamptz, ids uuid[]) returns table (user_id uuid, account_id uuid, run_id uuid)
  language sql security definer set search_path = public, pg_temp as
$$
  with named as (
    select a.user_id, a.id, row_number() over (order by a.id) as n
    from jsonb_to_recordset(hints) as h(mac text, at timestamptz) join accounts a on a.external_account_mac = h.mac and a.service_name = 'quickbooks' and a.status = 'connected'
      left join sync_cursors c on c.account_id = a.id
    where c.account_id is null or h.at > c.changed_since
    limit cardinality(ids)
  ), busy as (
    update accounts a set next_sync_at = least(a.next_sync_at, at) from named n
    where a.id = n.id and exists (select 1 from sync_runs r where r.account_id = n.id and r.finished_at is null)
  )
  insert into sync_runs as r (id, user_id, account_id, trigger, phase, created_at)
  select ids[n.n], n.user_id, n.id, 'webhook', 'queued', at from named n
  on conflict (account_id) where finished_at is null do nothing
  returning r.user_id, r.account_id, r.id
$$;

-- The planner: claims what is due by moving its next time on, and opens a run for each under an id that it is given, so that two
-- ticks at once plan nothing twice. An account whose run is still open is left to that run.
drop function if exists claim_due_syncs(timestamptz, timestamptz, int);
create or replace function claim_due_syncs(at timestamptz, following timestamptz, ids uuid[]) returns table (user_id uuid, account_id uuid, run_id uuid)
  language sql security definer set search_path = public, pg_temp as
$$
  with due as (
    update accounts a set next_sync_at = following
    where a.id in (select d.id from accounts d where d.service_name = 'quickbooks' and d.status in ('connected', 'paused', 'held') and d.next_sync_at <= at
                     and not exists (select 1 from sync_runs o where o.account_id = d.id and o.finished_at is null)
                   order by d.next_sync_at, d.id limit cardinality(ids) for update skip locked)
    returning a.user_id, a.id
  ), numbered as (select d.user_id, d.id, row_number() over (order by d.id) as n from due d)
  insert into sync_runs as r (id, user_id, account_id, trigger, phase, created_at)
  select ids[n.n], n.user_id, n.id, 'planned', 'queued', at from numbered n
  on conflict (account_id) where finished_at is null do nothing
  returning r.user_id, r.account_id, r.id
$$;

-- Rows that are jobs, due and not started: the queue is only a wake-up and may lose one.
create or replace function due_jobs(at timestamptz, stale timestamptz, most int) returns table (kind text, user_id uuid, id uuid)
  language sql stable security definer set search_path = public, pg_temp as
$$
  (select 'mail', m.user_id, m.id from mails m where m.sent_at is null and m.failure is null and m.due_at <= at and m.created_at <= stale limit most)
  union all
  (select 'report', r.user_id, r.id from reports r where r.status in ('queued', 'running') and coalesce(r.lease_until, r.created_at) <= stale limit most)
  union all
  (select 'export', x.user_id, x.id from person_exports x where (x.status = 'queued' and x.created_at <= stale) or (x.status = 'ready' and x.expires_at <= at) limit most)
  union all
  (select 'erase', u.id, u.id from users u where u.erase_at <= at limit most)
  union all
  (select 'archive', u.id, u.id from users u where u.archive_due_at <= at limit most)
  union all
  (select 'sync', s.user_id, s.id from sync_runs s where s.finished_at is null and coalesce(s.claimed_until, s.created_at) <= stale limit most)
$$;

-- Bounded purge of what has expired; returns how many rows went, per call.
create or replace function purge_expired(at timestamptz, most int) returns bigint
  language plpgsql security definer set search_path = public, pg_temp as $$
declare gone bigint := 0; part bigint;
begin
  delete from one_time_tokens where id in (select t.id from one_time_tokens t where t.expires_at < at - interval '7 days' limit most for update skip locked);
  get diagnostics part = row_count; gone := gone + part;
  delete from link_attempts where id in (select l.id from link_attempts l where l.expires_at < at - interval '1 day' limit most for update skip locked);
  get diagnostics part = row_count; gone := gone + part;
  delete from idempotency_keys where (user_id, key) in (select k.user_id, k.key from idempotency_keys k where k.created_at < at - interval '24 hours' limit most for update skip locked);
  get diagnostics part = row_count; gone := gone + part;
  delete from sessions where id in (select s.id from sessions s where coalesce(s.ended_at, s.expires_at) < at - interval '30 days' limit most for update skip locked);
  get diagnostics part = row_count; gone := gone + part;
  delete from mails where id in (select m.id from mails m where coalesce(m.sent_at, m.due_at) < at - interval '90 days' and (m.sent_at is not null or m.failure is not null) limit most for update skip locked);
  get diagnostics part = row_count; gone := gone + part;
  delete from dead_letters where id in (select d.id from dead_letters d where coalesce(d.replayed_at, d.dropped_at) < at - interval '90 days' limit most for update skip locked);
  get diagnostics part = row_count; gone := gone + part;
  delete from ai_budgets where (user_id, day) in (select b.user_id, b.day from ai_budgets b where b.day < (at at time zone 'utc')::date - 400 limit most for update skip locked);
  get diagnostics part = row_count; gone := gone + part;
  return gone;
end $$;

-- The end of a person: every row of the one in whose name it is called, if they asked for it and their time has come. The audit
-- trail stays without its personal part. Returns how many rows went.
create or replace function erase_person(at timestamptz) returns bigint
  language plpgsql security definer set search_path = public, pg_temp as $$
declare who uuid := nullif(current_setting('app.user_id', true), '')::uuid; gone bigint := 0; part bigint; item record;
begin
  delete from users where id = who and erase_at <= at;
  get diagnostics gone = row_count;
  if gone = 0 then return 0; end if;
  for item in select a.attrelid::regclass as name from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'user_id' and c.relname <> 'audit_events' loop
    execute format('delete from %s where user_id = $1', item.name) using who;
    get diagnostics part = row_count; gone := gone + part;
  end loop;
  update audit_events set personal = null where user_id = who;
  return gone;
end $$;

-- Whose values are sealed under another key than the first one: ids only, for re-sealing.
create or replace function sealed_otherwise(key_id text, most int) returns table (user_id uuid, kind text, id text)
  language sql stable security definer set search_path = public, pg_temp as
$$
  select * from (
    select a.user_id, 'account', a.id::text from accounts a where exists (select 1 from unnest(array[a.access_token, a.refresh_token, a.external_account_id]) s where s not like 'v1.' || key_id || '.%')
    union all
    select r.user_id, 'removal', r.id::text from sync_runs r where r.finished_at is null and r.cursor ->> 'refreshToken' not like 'v1.' || key_id || '.%'
    union all
    select l.user_id, 'link', l.id from link_attempts l where l.parked not like 'v1.' || key_id || '.%'
    union all
    select q.user_id, 'question', q.id::text from ai_queries q where exists (select 1 from unnest(array[q.query_text, q.transcript, q.response ->> 'sealed']) s where s like 'v1.%' and s not like 'v1.' || key_id || '.%')
    union all
    select i.user_id, 'answer', i.key from idempotency_keys i where i.answer not like 'v1.' || key_id || '.%'
    union all
    select u.id, 'totp', u.id::text from users u where u.totp_secret not like 'v1.' || key_id || '.%'
  ) sealed limit most
$$;

-- What an operator asks of the dead letters: `list` (the newest first, those settled already with a note), `show`, and `replay` or `drop`,
-- which settle one letter once: of two operators at once, one alone gets the row. A letter holds ids, never data.
create or replace function operate_dead_letters(what text, letter uuid, at timestamptz, most int)
  returns table (id uuid, user_id uuid, queue text, message jsonb, cause text, attempts int, created_at timestamptz, replayed_at timestamptz, dropped_at timestamptz)
  language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  if what = 'list' then
    return query select d.id, d.user_id, d.queue::text, d.message, d.cause, d.attempts, d.created_at, d.replayed_at, d.dropped_at from dead_letters d
      where d.replayed_at is null and d.dropped_at is null and (letter is null or d.id < letter) order by d.id desc limit most;
  elsif what = 'show' then
    return query select d.id, d.user_id, d.queue::text, d.message, d.cause, d.attempts, d.created_at, d.replayed_at, d.dropped_at from dead_letters d where d.id = letter;
  else
    return query update dead_letters d set replayed_at = case what when 'replay' then at end, dropped_at = case what when 'drop' then at end
      where d.id = letter and d.replayed_at is null and d.dropped_at is null
      returning d.id, d.user_id, d.queue::text, d.message, d.cause, d.attempts, d.created_at, d.replayed_at, d.dropped_at;
  end if;
end $$;

-- Facts of the whole service, as numbers: what /metrics shows. No row of it names a person or a company.
create or replace function service_facts(at timestamptz) returns table (name text, label text, value numeric)
  language sql stable security definer set search_path = public, pg_temp as
$$
  with due(kind, since) as (
    select 'mail', m.due_at from mails m where m.sent_at is null and m.failure is null and m.due_at <= at
    union all select 'report', coalesce(r.lease_until, r.created_at) from reports r where r.status in ('queued', 'running') and coalesce(r.lease_until, r.created_at) <= at
    union all select 'export', x.created_at from person_exports x where x.status = 'queued'
    union all select 'erase', u.erase_at from users u where u.erase_at <= at
    union all select 'sync', coalesce(s.claimed_until, s.created_at) from sync_runs s where s.finished_at is null and coalesce(s.claimed_until, s.created_at) <= at
  ), latest as (
    select distinct on (r.account_id) r.account_id, r.status, r.created_at from reconciliations r join accounts a on a.id = r.account_id and a.status in ('connected', 'held')
    order by r.account_id, r.created_at desc
  ), linked as (select * from accounts a where a.service_name = 'quickbooks')
  select 'jobs_due', k, (select count(*) from due where kind = k)::numeric from unnest(array['mail', 'report', 'export', 'erase', 'sync']) k
  union all select 'jobs_oldest_due_seconds', k, coalesce((select extract(epoch from at - min(since)) from due where kind = k), 0) from unnest(array['mail', 'report', 'export', 'erase', 'sync']) k
  union all select 'connections', s, (select count(*) from linked l where l.status = s) from unnest(array['connected', 'paused', 'held', 'needs_reconnect', 'disconnected', 'erasing']) s
  union all select 'sync_oldest_due_seconds', '', greatest(0, coalesce((select extract(epoch from at - min(l.next_sync_at)) from linked l where l.status in ('connected', 'paused', 'held')), 0))
  union all select 'sync_oldest_copy_seconds', '', coalesce((select extract(epoch from at - min(l.last_synced_at)) from linked l where l.status = 'connected'), 0)
  union all select 'sync_runs_open', '', (select count(*) from sync_runs s where s.finished_at is null)
  union all select 'reconciliations', s, (select count(*) from latest where status = s) from (select distinct status as s from latest union select unnest(array['balanced', 'explained', 'drift'])) as seen
  union all select 'refresh_tokens_ending_7d', '', (select count(*) from linked l where l.status = 'connected' and l.refresh_expires_at < at + interval '7 days')
  union all select 'revocations_open', '', (select count(*) from sync_runs s where s.trigger = 'removed' and s.finished_at is null)
  union all select 'dead_letters', '', (select count(*) from dead_letters d where d.replayed_at is null and d.dropped_at is null)
  union all select 'dead_letters_oldest_seconds', '', coalesce((select extract(epoch from at - min(d.created_at)) from dead_letters d where d.replayed_at is null and d.dropped_at is null), 0)
  union all select 'model_cost_today_usd', '', coalesce((select sum(b.spent) from ai_budgets b where b.day = (at at time zone 'utc')::date), 0) / 10000000000.0
  union all select 'model_cost_highest_user_today_usd', '', coalesce((select max(b.spent) from ai_budgets b where b.day = (at at time zone 'utc')::date), 0) / 10000000000.0
  union all select 'database_connections', '', (select count(*) from pg_stat_activity where datname = current_database())
  union all select 'database_connections_most', '', current_setting('max_connections')::numeric
  union all select 'database_size_bytes', '', pg_database_size(current_database())
  union all select 'database_transaction_age', '', (select age(datfrozenxid) from pg_database where datname = current_database())
  union all select 'table_dead_rows', relname, n_dead_tup from pg_stat_user_tables where schemaname = 'public'
  union all select 'table_live_rows', relname, n_live_tup from pg_stat_user_tables where schemaname = 'public'
  union all select 'table_vacuum_age_seconds', relname, extract(epoch from at - greatest(last_vacuum, last_autovacuum)) from pg_stat_user_tables where schemaname = 'public' and greatest(last_vacuum, last_autovacuum) is not null
$$;

do $$
declare item record;
begin
  for item in select p.oid::regprocedure as name from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef loop
    execute format('alter function %s owner to finhelm_system', item.name);
    execute format('revoke all on function %s from public', item.name);
    execute format('grant execute on function %s to finhelm_app', item.name);
  end loop;
end $$;

revoke create on schema public, mine from finhelm_system;
