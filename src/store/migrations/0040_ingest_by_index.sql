-- No process of an earlier state may run meanwhile, for what it lets wait has another form (see the end of this file). A
-- fold that is under way is waited for.
select pg_advisory_xact_lock(hashtextextended('fold usage ' || id, 0)) from organizations order by id;

-- The wall asks for the organization once for each statement and no longer for each row that is written: reading a
-- setting, and making an id of it, cost as much as an index.
do $$
declare
  walled record;
begin
  for walled in select tablename, qual, with_check from pg_policies
    where schemaname = current_schema and policyname = 'tenant' and with_check is not null
  loop
    execute format('alter policy tenant on %I with check (organization_id = (select weir_organization_id()))',
      walled.tablename);
  end loop;
end
$$;

create or replace procedure weir_wall(table_name text)
language plpgsql
as $$
begin
  execute format('alter table %I enable row level security', table_name);
  execute format(
    'create policy tenant on %I to weir_app using (organization_id = weir_organization_id()) '
    'with check (organization_id = (select weir_organization_id()))', table_name);
  execute format('grant select, insert, update, delete on %I to weir_app', table_name);
end
$$;

-- The instant so many milliseconds after the epoch. A double holds each of them to less than a half.
create function weir_instant(ms bigint) returns timestamptz
language sql immutable parallel safe
as $$ select to_timestamp(ms / 1000::double precision)::timestamptz(3) $$;

-- The events of an arrival whose key is stored already or stands in the arrival before them.
create function weir_taken_events(arrived jsonb) returns jsonb
language sql stable
as $$
  select jsonb_agg(x.i)
  from (
    select a.i, a.t, a.s, row_number() over (partition by a.t, a.s order by a.i) as place
    from jsonb_to_recordset(arrived) as a(i uuid, t text, s text)
    where a.s is not null) as x
  where x.place > 1 or exists (
    select from event_keys k
    where k.organization_id = weir_organization_id() and k.transaction_id = x.t
      and k.external_subscription_id = x.s)
$$;

-- As before, but the keys are not looked up before they are written: their index refuses what is taken, and only then
-- is it asked what that was. Instants are milliseconds since the epoch, which cost a third of taking texts apart.
create or replace function weir_ingest(organization uuid, known_version bigint, now timestamptz, writer_number integer,
  locks bigint[], arrived jsonb, sums json, lasts json, slots smallint[], slot_sums json[], slot_lasts json[],
  counts jsonb, unmatched jsonb, later jsonb)
returns jsonb
language plpgsql
as $$
declare
  known jsonb;
  taken jsonb;
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
      select x.i, x.t, x.s, x.c, weir_instant(x.a) as a, x.p, x.m
      from jsonb_to_recordset(arrived) as x(i uuid, t text, s text, c text, a bigint, p jsonb, m numeric)
    ), keys as (
      insert into event_keys (organization_id, transaction_id, external_subscription_id, event_id, timestamp)
      select organization, x.t, x.s, x.i, x.a from x
    )
    insert into events (organization_id, id, external_subscription_id, code, timestamp, transaction_id, properties,
      precise_total_amount_cents, created_at)
    select organization, x.i, x.s, x.c, x.a, x.t, x.p, x.m, now from x;
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
    when unique_violation then
      taken := weir_taken_events(arrived);
      -- Whoever held the key may have gone since; then the caller comes again.
      return case when taken is null then '{"stale": true}' else jsonb_build_object('taken', taken) end;
  end;
  return case when known is not null then jsonb_build_object('known', known) end;
end
$$;

-- What waits is in the form that follows no longer.
do $$
declare
  organization uuid;
begin
  for organization in select id from organizations loop
    while weir_fold_usage(organization) loop
    end loop;
  end loop;
  -- As the folds found them.
  perform set_config('weir.organization_id', '', true), set_config('synchronous_commit', 'on', true);
end
$$;

-- A fold updates most rows of a page in one statement: with as much room as rows, all of them stay in their page.
alter table usage_sums set (fillfactor = 45);
alter table usage_lasts set (fillfactor = 45);

-- As before, with instants as milliseconds since the epoch and rows in the order of their index. Sums without key values
-- leave out their bucket, those of one event their count.
create or replace function weir_add_usage(organization uuid, sums json[], lasts json[]) returns void
language plpgsql
as $$
begin
  if sums is not null then
    with x as (
      select x.t, x.s, x.a, coalesce(x.b, weir_bucket('{}')) as b, coalesce(x.d, '{}') as d, coalesce(x.n, 1) as n,
        x.v, x.x, x.m, x.p, x.l
      from unnest(sums) as each (rows)
      cross join lateral json_to_recordset(each.rows) as x(t uuid, s text, a bigint, b uuid, d text[], n bigint,
        v numeric, x numeric, m numeric, p numeric, l bigint)
      where x.t in (select id from usage_trackers where organization_id = organization)
    ), hours as materialized (
      select x.t, x.s, weir_instant(x.a) as a, x.b, min(x.d) as d, sum(x.n) as n, coalesce(sum(x.v), 0) as v,
        max(x.x) as x, coalesce(sum(x.m), 0) as m, coalesce(sum(x.p), 0) as p, weir_instant(max(x.l)) as l
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
    order by r.t, r.s collate "C", r.k, r.a, r.b
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
      cross join lateral json_to_recordset(each.rows) as x(t uuid, s text, a bigint, b uuid, d text[], u text,
        n bigint, l bigint, i uuid, v numeric, o text, p numeric)
      where x.t in (select id from usage_trackers where organization_id = organization)
    ), hours as materialized (
      select distinct on (x.t, x.s, x.a, x.b)
        x.t, x.s, weir_instant(x.a) as a, x.b, x.d, x.u, sum(x.n) over hour as n, weir_instant(x.l) as l, x.i, x.v,
        x.o, coalesce(sum(x.p) over hour, 0) as p
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
    order by r.t, r.s collate "C", r.k, r.a, r.b
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

-- Without the id, which no question needs in order and which was a quarter of each entry.
drop index events_usage;
create index events_usage on events (organization_id, code, external_subscription_id, timestamp);
