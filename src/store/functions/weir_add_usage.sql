-- Adds usage to the running state. Each row is the change of one hour of a bucket, or of a part of a split hour
-- (usage_cuts); the day changes by the same. Rows are written in index order, so that two processes cannot deadlock.
-- Rows of a deleted tracker are ignored.
--
-- The rows are JSON with short names, because nearly every event sends one (see running-state.ts): t tracker,
-- s external subscription, a start of the hour or part in milliseconds since the epoch, b bucket and d dimensions (left
-- out without key values), n number of events (left out for one), p precise total amount in cents, l time of the newest
-- event in milliseconds. Sums have v sum, x maximum and m moment besides; lasts have u unique value, and i id, v value
-- and o operation of the newest event. Numbers of zero are left out.
create or replace function weir_add_usage(organization uuid, sums json[], lasts json[]) returns void
language plpgsql
as $$
begin
  if sums is not null then
    with sent as (
      select r.t as tracker_id, r.s as external_subscription_id, r.a as starts_at,
        coalesce(r.b, weir_bucket('{}')) as bucket,
        coalesce(r.d, '{}') as dimensions, coalesce(r.n, 1) as events_count, r.v as sum, r.x as max, r.m as moment,
        r.p as precise, r.l as last_at
      from unnest(sums) as part (rows)
      cross join lateral json_to_recordset(part.rows) as r(t uuid, s text, a bigint, b uuid, d text[], n bigint,
        v numeric, x numeric, m numeric, p numeric, l bigint)
      where r.t in (select id from usage_trackers where organization_id = organization)
    ), hours as materialized (
      select s.tracker_id, s.external_subscription_id, weir_instant(s.starts_at) as starts_at, s.bucket,
        min(s.dimensions) as dimensions, sum(s.events_count) as events_count, coalesce(sum(s.sum), 0) as sum,
        max(s.max) as max, coalesce(sum(s.moment), 0) as moment, coalesce(sum(s.precise), 0) as precise,
        weir_instant(max(s.last_at)) as last_at
      from sent s
      group by s.tracker_id, s.external_subscription_id, s.starts_at, s.bucket
    ), gains as (
      select h.tracker_id, h.external_subscription_id, 'd'::"char" as span,
        date_trunc('day', h.starts_at, 'UTC') as starts_at, h.bucket, min(h.dimensions) as dimensions,
        sum(h.events_count) as events_count, sum(h.sum) as sum, max(h.max) as max, sum(h.moment) as moment,
        sum(h.precise) as precise, max(h.last_at) as last_at
      from hours h
      group by h.tracker_id, h.external_subscription_id, date_trunc('day', h.starts_at, 'UTC'), h.bucket
      union all
      select h.tracker_id, h.external_subscription_id, 'h', h.starts_at, h.bucket, h.dimensions, h.events_count, h.sum,
        h.max, h.moment, h.precise, h.last_at
      from hours h
    )
    insert into usage_sums as kept (organization_id, tracker_id, external_subscription_id, span, starts_at, bucket,
      dimensions, events_count, sum, max, moment, precise_total_amount_cents, last_at)
    select organization, g.tracker_id, g.external_subscription_id, g.span, g.starts_at, g.bucket, g.dimensions,
      g.events_count, g.sum, g.max, g.moment, g.precise, g.last_at
    from gains g
    order by g.tracker_id, g.external_subscription_id collate "C", g.span, g.starts_at, g.bucket
    on conflict (organization_id, tracker_id, external_subscription_id, span, starts_at, bucket) do update set
      events_count = kept.events_count + excluded.events_count,
      sum = kept.sum + excluded.sum,
      max = greatest(kept.max, excluded.max),
      moment = kept.moment + excluded.moment,
      precise_total_amount_cents = kept.precise_total_amount_cents + excluded.precise_total_amount_cents,
      last_at = greatest(kept.last_at, excluded.last_at);
  end if;
  if lasts is not null then
    with sent as (
      select r.t as tracker_id, r.s as external_subscription_id, r.a as starts_at, r.b as bucket, r.d as dimensions,
        r.u as unique_value, r.n as events_count, r.l as last_at, r.i as last_id, r.v as last_value, r.o as last_operation, r.p as precise
      from unnest(lasts) as part (rows)
      cross join lateral json_to_recordset(part.rows) as r(t uuid, s text, a bigint, b uuid, d text[], u text,
        n bigint, l bigint, i uuid, v numeric, o text, p numeric)
      where r.t in (select id from usage_trackers where organization_id = organization)
    ), hours as materialized (
      select distinct on (s.tracker_id, s.external_subscription_id, s.starts_at, s.bucket)
        s.tracker_id, s.external_subscription_id, weir_instant(s.starts_at) as starts_at, s.bucket, s.dimensions,
        s.unique_value, sum(s.events_count) over hour as events_count, weir_instant(s.last_at) as last_at, s.last_id,
        s.last_value, s.last_operation, coalesce(sum(s.precise) over hour, 0) as precise
      from sent s
      window hour as (partition by s.tracker_id, s.external_subscription_id, s.starts_at, s.bucket)
      order by s.tracker_id, s.external_subscription_id, s.starts_at, s.bucket, s.last_at desc, s.last_id desc
    ), days as (
      select distinct on (h.tracker_id, h.external_subscription_id, date_trunc('day', h.starts_at, 'UTC'), h.bucket)
        h.tracker_id, h.external_subscription_id, 'd'::"char" as span,
        date_trunc('day', h.starts_at, 'UTC') as starts_at, h.bucket, h.dimensions, h.unique_value,
        sum(h.events_count) over day as events_count, h.last_at, h.last_id, h.last_value, h.last_operation,
        sum(h.precise) over day as precise
      from hours h
      window day as (
        partition by h.tracker_id, h.external_subscription_id, date_trunc('day', h.starts_at, 'UTC'), h.bucket)
      order by h.tracker_id, h.external_subscription_id, date_trunc('day', h.starts_at, 'UTC'), h.bucket,
        h.last_at desc, h.last_id desc
    ), gains as (
      select * from days
      union all
      select h.tracker_id, h.external_subscription_id, 'h', h.starts_at, h.bucket, h.dimensions, h.unique_value,
        h.events_count, h.last_at, h.last_id, h.last_value, h.last_operation, h.precise
      from hours h
    )
    insert into usage_lasts as kept (organization_id, tracker_id, external_subscription_id, span, starts_at, bucket,
      dimensions, unique_value, events_count, last_at, last_id, last_value, last_operation,
      precise_total_amount_cents)
    select organization, g.tracker_id, g.external_subscription_id, g.span, g.starts_at, g.bucket, g.dimensions,
      g.unique_value, g.events_count, g.last_at, g.last_id, g.last_value, g.last_operation, g.precise
    from gains g
    order by g.tracker_id, g.external_subscription_id collate "C", g.span, g.starts_at, g.bucket
    on conflict (organization_id, tracker_id, external_subscription_id, span, starts_at, bucket) do update set
      events_count = kept.events_count + excluded.events_count,
      precise_total_amount_cents = kept.precise_total_amount_cents + excluded.precise_total_amount_cents,
      last_at = greatest(kept.last_at, excluded.last_at),
      last_id = case when (excluded.last_at, excluded.last_id) > (kept.last_at, kept.last_id)
        then excluded.last_id else kept.last_id end,
      last_value = case when (excluded.last_at, excluded.last_id) > (kept.last_at, kept.last_id)
        then excluded.last_value else kept.last_value end,
      last_operation = case when (excluded.last_at, excluded.last_id) > (kept.last_at, kept.last_id)
        then excluded.last_operation else kept.last_operation end;
  end if;
end
$$;
