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

-- Adds up running state and counts. Each row is an hour of a bucket; its day gains the same. Rows are locked in a
-- fixed order, days before hours, so that two processes cannot wait for each other.
create function weir_add_usage(organization uuid, writer_number integer, sums jsonb, lasts jsonb, counts jsonb)
returns void
language plpgsql
as $$
begin
  if sums is not null then
    with x as materialized (
      select x.t, x.s, x.a, x.b, x.d, x.n, coalesce(x.v, 0) as v, x.x, coalesce(x.m, 0) as m, coalesce(x.p, 0) as p,
        x.l
      from jsonb_to_recordset(sums) as x(t uuid, s text, a timestamptz, b uuid, d text[], n bigint, v numeric,
        x numeric, m numeric, p numeric, l timestamptz)
    ), rows as (
      select x.t, x.s, 'd'::"char" as k, date_trunc('day', x.a, 'UTC') as a, x.b, min(x.d) as d, sum(x.n) as n,
        sum(x.v) as v, max(x.x) as x, sum(x.m) as m, sum(x.p) as p, max(x.l) as l
      from x
      group by x.t, x.s, date_trunc('day', x.a, 'UTC'), x.b
      union all
      select x.t, x.s, 'h', x.a, x.b, x.d, x.n, x.v, x.x, x.m, x.p, x.l from x
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
    with x as materialized (
      select x.t, x.s, x.a, x.b, x.d, x.u, x.n, x.l, x.i, x.v, x.o, coalesce(x.p, 0) as p
      from jsonb_to_recordset(lasts) as x(t uuid, s text, a timestamptz, b uuid, d text[], u text, n bigint,
        l timestamptz, i uuid, v numeric, o text, p numeric)
    ), days as (
      select distinct on (x.t, x.s, date_trunc('day', x.a, 'UTC'), x.b)
        x.t, x.s, 'd'::"char" as k, date_trunc('day', x.a, 'UTC') as a, x.b, x.d, x.u,
        sum(x.n) over hours_of_day as n, x.l, x.i, x.v, x.o, sum(x.p) over hours_of_day as p
      from x
      window hours_of_day as (partition by x.t, x.s, date_trunc('day', x.a, 'UTC'), x.b)
      order by x.t, x.s, date_trunc('day', x.a, 'UTC'), x.b, x.l desc, x.i desc
    ), rows as (
      select * from days
      union all
      select x.t, x.s, 'h', x.a, x.b, x.d, x.u, x.n, x.l, x.i, x.v, x.o, x.p from x
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
  insert into event_counts as u (organization_id, writer, span, starts_at, events_count)
  select organization, writer_number, x.k, x.a, x.n
  from jsonb_to_recordset(counts) as x(k "char", a timestamptz, n bigint)
  on conflict (organization_id, span, starts_at, writer) do update set
    events_count = u.events_count + excluded.events_count;
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
create function weir_ingest(organization uuid, known_version bigint, now timestamptz, writer_number integer,
  locks bigint[], arrived jsonb, sums jsonb, lasts jsonb, counts jsonb, unmatched jsonb, later jsonb)
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
    perform weir_add_usage(organization, writer_number, sums, lasts, counts);
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
