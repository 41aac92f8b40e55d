-- The parts of hours that begin at a cut (usage_cuts) in a span of time, in milliseconds since the epoch; `until` is the
-- next cut of the hour, or the hour's end.
create or replace function weir_hour_parts(organization uuid, span_from timestamptz, span_until timestamptz)
returns table (tracker_id uuid, external_subscription_id text, cut bigint, until bigint)
language sql stable rows 10
as $$
  select c.tracker_id, c.external_subscription_id, (extract(epoch from c.cut_at) * 1000)::bigint,
    (extract(epoch from coalesce(
      lead(c.cut_at) over (
        partition by c.tracker_id, c.external_subscription_id, date_trunc('hour', c.cut_at, 'UTC') order by c.cut_at),
      date_trunc('hour', c.cut_at, 'UTC') + interval '1 hour')) * 1000)::bigint
  from usage_cuts c
  where c.organization_id = organization and c.cut_at >= span_from and c.cut_at < span_until
$$;
