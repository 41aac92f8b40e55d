-- Whether an event counts for any subscription: its metric exists, and a subscription with its external id had
-- started by its time (for whole seconds: by the end of that second) and had not ended before it. A recurring metric
-- also counts events older than the subscription.
create or replace function weir_event_is_taken(organization uuid, event_code text, external_subscription_id text,
  event_time timestamptz)
returns boolean
language sql stable parallel safe
as $$
  select exists (
    select
    from billable_metrics m
    join subscriptions s on s.organization_id = m.organization_id
    where m.organization_id = organization and m.code = event_code and m.deleted_at is null
      and s.external_id = external_subscription_id and s.status <> 'incomplete' and s.started_at is not null
      and (s.terminated_at is null or s.terminated_at >= event_time)
      and (m.is_recurring or s.started_at <= event_time
        or event_time = date_trunc('second', event_time) and s.started_at < event_time + interval '1 second'))
$$;
