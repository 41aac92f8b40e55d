-- The subscription to which an event of that instant belongs, without the fallback that recurring metrics have. An
-- instant in whole seconds at which none lived yet belongs to the first subscription that began within that second.
create or replace function weir_event_subscription(external_subscription_id text, at timestamptz)
returns table (subscription_id uuid, plan_id uuid)
language sql stable
as $$
  select s.id, s.plan_id
  from subscriptions s
  where s.external_id = external_subscription_id and s.status <> 'incomplete'
    and (s.started_at <= at
      or at = date_trunc('second', at) and s.started_at < at + interval '1 second')
    and (s.terminated_at is null or s.terminated_at >= at)
  order by greatest(s.started_at, at), s.terminated_at desc nulls first, s.started_at desc
  limit 1
$$;
