-- The subscription to which an event of that instant belongs, without the fallback that recurring metrics have.
create or replace function weir_event_subscription(external_subscription_id text, at timestamptz)
returns table (subscription_id uuid, plan_id uuid, ended_at timestamptz)
language sql stable
as $$
  select s.id, s.plan_id, s.terminated_at
  from subscriptions s
  where s.external_id = external_subscription_id and s.status <> 'incomplete' and s.started_at <= at
    and (s.terminated_at is null or s.terminated_at >= at)
  order by s.terminated_at desc nulls first, s.started_at desc
  limit 1
$$;
