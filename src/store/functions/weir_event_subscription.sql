-- The subscription to which an event of that instant belongs, without the fallback that recurring metrics have: of those
-- with its external id that were running then the one that runs on, else the one that ended last; of those the one that
-- started last. An instant in whole seconds at which none was running belongs to the first one that began within that
-- second.
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
