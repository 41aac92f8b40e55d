-- The parts of a tracker's hours that start at a cut (usage_cuts); `until` is the next cut in the hour, or the end of
-- the hour.
create or replace function weir_hour_parts(tracker uuid)
returns table (external_subscription_id text, cut_at timestamptz, until timestamptz)
language sql stable
as $$
  select c.external_subscription_id, c.cut_at, coalesce(
    lead(c.cut_at) over (
      partition by c.external_subscription_id, date_trunc('hour', c.cut_at, 'UTC') order by c.cut_at),
    date_trunc('hour', c.cut_at, 'UTC') + interval '1 hour')
  from usage_cuts c
  where c.tracker_id = tracker
$$;
