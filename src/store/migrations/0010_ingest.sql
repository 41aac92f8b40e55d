-- Storing events (engine.md §2, §3): one call is one transaction, because a round trip for each of its statements
-- would cost more than the statements.

-- The digest of a list of texts, so that values of any size fit an index. The same is computed at the door.
create function weir_bucket(dimensions text[]) returns uuid
language sql immutable parallel safe
as $$
  select md5(coalesce(string_agg(case when value is null then '-' else octet_length(value) || ':' || value end, ','
    order by position), ''))::uuid
  from unnest(dimensions) with ordinality as each (value, position)
$$;

-- The number that a property text denotes, or null (metering-and-rating §2.2).
create function weir_numeric(value text) returns numeric
language sql immutable parallel safe
as $$
  select case when length(value) <= 2000 and value ~ '^-?[0-9]+(\.[0-9]+)?$' then value::numeric end
$$;

create function weir_usage_changed() returns trigger
language plpgsql
as $$
begin
  -- The owner of the database works outside of any organization and changes nothing that events are stored by.
  if weir_organization_id() is not null then
    insert into usage_versions (organization_id, version) values (weir_organization_id(), 1)
    on conflict (organization_id) do update set version = usage_versions.version + 1;
  end if;
  return null;
end
$$;

create trigger usage_changed after insert or update or delete on billable_metrics
  for each statement execute function weir_usage_changed();
create trigger usage_changed after insert or update or delete on charges
  for each statement execute function weir_usage_changed();
create trigger usage_changed after insert or update or delete on usage_trackers
  for each statement execute function weir_usage_changed();
create trigger usage_changed after insert or update or delete on usage_thresholds
  for each statement execute function weir_usage_changed();
create trigger usage_changed after insert or delete or update of deleted_at on alerts
  for each statement execute function weir_usage_changed();

-- Whether anybody in the organization waits for events to come in; a feature that does replaces both functions.
create function weir_watches_usage() returns boolean
language sql stable
as $$
  select exists (select from usage_thresholds where deleted_at is null)
    or exists (select from alerts where deleted_at is null and external_subscription_id is not null)
$$;

-- The active subscriptions of these external ids for which new events mean work (metering-and-rating §1.5, §7.5).
create function weir_watched_subscriptions(external_ids text[]) returns setof uuid
language sql stable
as $$
  select s.id
  from subscriptions s
  join plans p on p.organization_id = s.organization_id and p.id = s.plan_id
  where s.external_id = any (external_ids) and s.status = 'active' and (
    exists (
      select from alerts a
      where a.organization_id = s.organization_id and a.external_subscription_id = s.external_id
        and a.deleted_at is null)
    or not s.progressive_billing_disabled and exists (
      select from usage_thresholds t
      where t.organization_id = s.organization_id and t.deleted_at is null
        and (t.subscription_id = s.id or t.plan_id in (p.id, p.parent_id))))
$$;

-- The subscription that an event belongs to (metering-and-rating §1.4, without the fallback of recurring metrics).
create function weir_event_subscription(external_subscription_id text, at timestamptz)
returns table (subscription_id uuid, plan_id uuid)
language sql stable
as $$
  select s.id, s.plan_id
  from subscriptions s
  where s.external_id = external_subscription_id and s.status <> 'incomplete' and s.started_at <= at
    and (s.terminated_at is null or s.terminated_at >= at)
  order by s.terminated_at desc nulls first, s.started_at desc
  limit 1
$$;

-- What waits to be added to usage_sums and usage_lasts, as the door sent it: an upsert of a day and an hour for each
-- event would cost more than storing the event, and a few seconds of events share most of their buckets. Written in
-- the transaction of the events; whoever reads usage adds it up with the rest (see usage-sql.ts).
create table usage_arrivals (
  organization_id uuid not null,
  -- Of the subscription; see usage-slots.ts.
  slot smallint not null,
  sums json,
  lasts json
) with (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
alter table usage_arrivals alter column sums set storage external, alter column lasts set storage external;
create index usage_arrivals_slot on usage_arrivals (organization_id, slot);
call weir_wall('usage_arrivals');

-- Adds up running state. Each row is what an hour of a bucket gains; its day gains the same. Rows are locked in a
-- fixed order, days before hours, so that two processes cannot wait for each other. A tracker that is gone has taken
-- its state along.
create function weir_add_usage(organization uuid, sums json[], lasts json[]) returns void
language plpgsql
as $$
begin
  if sums is not null then
    with x as (
      select x.* from unnest(sums) as each (rows)
      cross join lateral json_to_recordset(each.rows) as x(t uuid, s text, a timestamptz, b uuid, d text[], n bigint,
        v numeric, x numeric, m numeric, p numeric, l timestamptz)
      where x.t in (select id from usage_trackers where organization_id = organization)
    ), hours as materialized (
      select x.t, x.s, x.a, x.b, min(x.d) as d, sum(x.n) as n, coalesce(sum(x.v), 0) as v, max(x.x) as x,
        coalesce(sum(x.m), 0) as m, coalesce(sum(x.p), 0) as p, max(x.l) as l
      from x
      group by x.t, x.s, x.a, x.b
    ), rows as (
      select h.t, h.s, 'd'::"char" as k, date_trunc('day', h.a, 'UTC') as a, h.b, min(h.d) as d, sum(h.n) as n,
        sum(h.v) as v, max(h.x) as x, sum(h.m) as m, sum(h.p) as p, max(h.l) as l
      from hours h
      group by h.t, h.s, date_trunc('day', h.a, 'UTC'), h.b
      union all
      select h.t, h.s, 'h', h.a, h.b, h.d, h.n, h.v, h.x, h.m, h.p, h.l from hours h
    )
    insert into usage_sums as u (organization_id, tracker_id, external_subscription_id, span, starts_at, bucket,
      dimensions, events_count, sum, max, moment, precise_total_amount_cents, last_at)
    select organization, r.t, r.s, r.k, r.a, r.b, r.d, r.n, r.v, r.x, r.m, r.p, r.l
    from rows r
    order by r.t, r.k, r.a, r.b, r.s collate "C"
    on conflict (organization_id, tracker_id, external_subscription_id, span, starts_at, bucket) do update set
      events_count = u.events_count + excluded.events_count,
      sum = u.sum + excluded.sum,
      max = greatest(u.max, excluded.max),
      moment = u.moment + excluded.moment,
      precise_total_amount_cents = u.precise_total_amount_cents + excluded.precise_total_amount_cents,
      last_at = greatest(u.last_at, excluded.last_at);
  end if;
  if lasts is not null then
    with x as (
      select x.* from unnest(lasts) as each (rows)
      cross join lateral json_to_recordset(each.rows) as x(t uuid, s text, a timestamptz, b uuid, d text[], u text,
        n bigint, l timestamptz, i uuid, v numeric, o text, p numeric)
      where x.t in (select id from usage_trackers where organization_id = organization)
    ), hours as materialized (
      select distinct on (x.t, x.s, x.a, x.b)
        x.t, x.s, x.a, x.b, x.d, x.u, sum(x.n) over hour as n, x.l, x.i, x.v, x.o,
        coalesce(sum(x.p) over hour, 0) as p
      from x
      window hour as (partition by x.t, x.s, x.a, x.b)
      order by x.t, x.s, x.a, x.b, x.l desc, x.i desc
    ), days as (
      select distinct on (h.t, h.s, date_trunc('day', h.a, 'UTC'), h.b)
        h.t, h.s, 'd'::"char" as k, date_trunc('day', h.a, 'UTC') as a, h.b, h.d, h.u, sum(h.n) over day as n, h.l,
        h.i, h.v, h.o, sum(h.p) over day as p
      from hours h
      window day as (partition by h.t, h.s, date_trunc('day', h.a, 'UTC'), h.b)
      order by h.t, h.s, date_trunc('day', h.a, 'UTC'), h.b, h.l desc, h.i desc
    ), rows as (
      select * from days
      union all
      select h.t, h.s, 'h', h.a, h.b, h.d, h.u, h.n, h.l, h.i, h.v, h.o, h.p from hours h
    )
    insert into usage_lasts as u (organization_id, tracker_id, external_subscription_id, span, starts_at, bucket,
      dimensions, unique_value, events_count, last_at, last_id, last_value, last_operation,
      precise_total_amount_cents)
    select organization, r.t, r.s, r.k, r.a, r.b, r.d, r.u, r.n, r.l, r.i, r.v, r.o, r.p
    from rows r
    order by r.t, r.k, r.a, r.b, r.s collate "C"
    on conflict (organization_id, tracker_id, external_subscription_id, span, starts_at, bucket) do update set
      events_count = u.events_count + excluded.events_count,
      precise_total_amount_cents = u.precise_total_amount_cents + excluded.precise_total_amount_cents,
      last_at = greatest(u.last_at, excluded.last_at),
      last_id = case when (excluded.last_at, excluded.last_id) > (u.last_at, u.last_id)
        then excluded.last_id else u.last_id end,
      last_value = case when (excluded.last_at, excluded.last_id) > (u.last_at, u.last_id)
        then excluded.last_value else u.last_value end,
      last_operation = case when (excluded.last_at, excluded.last_id) > (u.last_at, u.last_id)
        then excluded.last_operation else u.last_operation end;
  end if;
end
$$;

-- Moves waiting usage into the running state, in one transaction: a reader sees it in one place or in the other.
-- True when more may be waiting. False also when another process is at it.
create function weir_fold_usage(organization uuid) returns boolean
language plpgsql
as $$
declare
  parts_max constant integer := 20000;
  parts integer;
  sums json[];
  lasts json[];
begin
  -- Nobody was promised this commit: if it is lost, its arrivals wait again.
  perform set_config('weir.organization_id', organization::text, true),
    set_config('synchronous_commit', 'off', true);
  if not pg_try_advisory_xact_lock(hashtextextended('fold usage ' || organization, 0)) then
    return false;
  end if;
  -- Held, so that a tracker is not dropped between the look at it and the rows that it is given.
  perform from usage_trackers where organization_id = organization order by id for key share;
  with taken as (
    delete from usage_arrivals
    where ctid = any (array(select ctid from usage_arrivals where organization_id = organization limit parts_max))
    returning usage_arrivals.sums, usage_arrivals.lasts
  )
  select count(*), array_agg(t.sums) filter (where t.sums is not null),
    array_agg(t.lasts) filter (where t.lasts is not null)
  into parts, sums, lasts
  from taken t;
  perform weir_add_usage(organization, sums, lasts);
  return parts = parts_max;
end
$$;

-- What accepted events cause later (metering-and-rating §1.5): one keyed item for each touched subscription that
-- needs one. An item that waits keeps its instant; its new id tells a runner that it was asked for again.
create function weir_schedule_usage(organization uuid, now timestamptz, advance jsonb, advance_rank integer,
  active text[], active_rank integer)
returns void
language plpgsql
as $$
begin
  if advance is not null then
    insert into advance_events (organization_id, event_id, subscription_id, timestamp)
    select organization, x.e, s.subscription_id, x.a
    from jsonb_to_recordset(advance) as x(e uuid, s text, c text, a timestamptz)
    cross join lateral weir_event_subscription(x.s, x.a) as s
    where exists (
      select from charges c
      join billable_metrics m on m.organization_id = c.organization_id and m.id = c.billable_metric_id
      where c.plan_id = s.plan_id and c.pay_in_advance and c.deleted_at is null and m.code = x.c);
    insert into due_items as d (organization_id, id, kind, subject_id, due_at, rank)
    select organization, gen_random_uuid(), 'advance_usage', subject, now, advance_rank
    from (
      select distinct e.subscription_id as subject from advance_events e
      where e.event_id in (select (x ->> 'e')::uuid from jsonb_array_elements(advance) as x)
      order by 1) as subjects
    on conflict (organization_id, kind, subject_id) do update set
      id = excluded.id, due_at = least(d.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null;
  end if;
  if active is not null then
    insert into due_items as d (organization_id, id, kind, subject_id, due_at, rank)
    select organization, gen_random_uuid(), 'subscription_activity', subject, now, active_rank
    from (select weir_watched_subscriptions(active) as subject order by 1) as subjects
    on conflict (organization_id, kind, subject_id) do update set
      id = excluded.id, due_at = least(d.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null;
  end if;
end
$$;

-- Counts events that nobody will be billed for; `unsure` are external subscription ids that the caller has not seen
-- yet, with the number of their events. Gives those of them that exist.
create function weir_count_unmatched(organization uuid, now timestamptz, writer_number integer,
  unknown_codes bigint, without_subscription bigint, unsure jsonb)
returns jsonb
language plpgsql
as $$
declare
  known jsonb;
  strangers bigint := without_subscription;
begin
  if unsure is not null then
    select coalesce(jsonb_agg(x.s) filter (where x.is_known), '[]'),
      strangers + coalesce(sum(x.n) filter (where not x.is_known), 0)
    into known, strangers
    from (
      select u.s, u.n, exists (select from subscriptions s where s.external_id = u.s) as is_known
      from jsonb_to_recordset(unsure) as u(s text, n bigint)) as x;
  end if;
  if unknown_codes > 0 or strangers > 0 then
    insert into unmatched_event_counts as c (organization_id, reason, starts_on, writer, events_count)
    select organization, x.reason, (now at time zone 'UTC')::date, writer_number, x.n
    from (values ('unknown_code', unknown_codes), ('unknown_subscription', strangers)) as x(reason, n)
    where x.n > 0
    on conflict (organization_id, reason, starts_on, writer) do update set
      events_count = c.events_count + excluded.events_count;
  end if;
  return known;
end
$$;

-- Stores events or none of them. Gives {"stale": true} when the caller's knowledge is older than the organization's
-- metrics, {"taken": [ids]} when keys are taken (nothing is kept then), {"known": [...]} or null when all are stored.
-- Usage is added up at once (`sums`, `lasts`) or waits in slots.
create function weir_ingest(organization uuid, known_version bigint, now timestamptz, writer_number integer,
  locks bigint[], arrived jsonb, sums json, lasts json, slots smallint[], slot_sums json[], slot_lasts json[],
  counts jsonb, unmatched jsonb, later jsonb)
returns jsonb
language plpgsql
as $$
declare
  taken jsonb;
  known jsonb;
  key bigint;
begin
  perform set_config('weir.organization_id', organization::text, true),
    set_config('synchronous_commit', 'on', true);
  -- Shared with other writers; a tracker that is being rebuilt holds its code's lock alone.
  foreach key in array locks loop
    perform pg_advisory_xact_lock_shared(key);
  end loop;
  if coalesce((select v.version from usage_versions v where v.organization_id = organization), 0)
    <> known_version then
    return '{"stale": true}';
  end if;
  begin
    with x as materialized (
      select * from jsonb_to_recordset(arrived) as x(i uuid, t text, s text, c text, a timestamptz, p jsonb, m numeric)
    ), keys as (
      insert into event_keys (organization_id, transaction_id, external_subscription_id, event_id, timestamp)
      select organization, x.t, x.s, x.i, x.a from x
      on conflict do nothing
      returning event_id
    ), stored as (
      insert into events (organization_id, id, external_subscription_id, code, timestamp, transaction_id, properties,
        precise_total_amount_cents, created_at)
      select organization, x.i, x.s, x.c, x.a, x.t, x.p, x.m, now from x
    )
    select jsonb_agg(x.i) into taken from x where not exists (select from keys where keys.event_id = x.i);
    if taken is not null then
      raise exception using errcode = 'WE001';
    end if;
    if sums is not null or lasts is not null then
      perform weir_add_usage(organization, case when sums is not null then array[sums] end,
        case when lasts is not null then array[lasts] end);
    end if;
    if slots is not null then
      insert into usage_arrivals (organization_id, slot, sums, lasts)
      select organization, x.slot, x.sums, x.lasts
      from unnest(slots, slot_sums, slot_lasts) as x (slot, sums, lasts);
    end if;
    insert into event_counts as c (organization_id, writer, span, starts_at, events_count)
    select organization, writer_number, x.k, x.a, x.n
    from jsonb_to_recordset(counts) as x(k "char", a timestamptz, n bigint)
    on conflict (organization_id, span, starts_at, writer) do update set
      events_count = c.events_count + excluded.events_count;
    if later is not null then
      perform weir_schedule_usage(organization, now, later -> 'advance', (later ->> 'advance_rank')::integer,
        (select array_agg(each) from jsonb_array_elements_text(later -> 'active') as each),
        (later ->> 'active_rank')::integer);
    end if;
    if unmatched is not null then
      known := weir_count_unmatched(organization, now, writer_number, (unmatched ->> 'codes')::bigint,
        (unmatched ->> 'none')::bigint, unmatched -> 'unsure');
    end if;
  exception
    when sqlstate 'WE001' then
      return jsonb_build_object('taken', taken);
  end;
  return case when known is not null then jsonb_build_object('known', known) end;
end
$$;
