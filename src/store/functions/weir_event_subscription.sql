-- The subscription that an event at an instant belongs to, without the fallback for recurring metrics: among those
-- with its external id that were active then, the one still active, otherwise the one that ended last; ties go to the
-- one that started last. An instant in whole seconds at which none was active belongs to the first one that started
-- within that second.
create or replace function weir_event_subscription(external_subscription_id text, event_time timestamptz)
returns table (subscription_id uuid, plan_id uuid, ended_at timestamptz)
language sql stable
as $$
  select s.id, s.plan_id, s.terminated_at
  from subscriptions s
  where s.external_id = external_subscription_id and s.status <> 'incomplete'
    and (s.started_at <= event_time
      or event_time = date_trunc('second', event_time) and s.started_at < event_time + interval '1 second')
    and (s.terminated_at is null or s.terminated_at >= event_time)
  order by greatest(s.started_at, event_time), s.terminated_at desc nulls first, s.started_at desc
  limit 1
$$;
