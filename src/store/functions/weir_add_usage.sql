-- Adds up running state. Each row is what an hour of a bucket gains; its day gains the same. Rows are written in the
-- order of their index, so that two processes never wait for each other in a circle. Rows of a tracker that is gone are
-- ignored. Instants are milliseconds since the epoch; a missing bucket means no key values, a missing count means one.
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
