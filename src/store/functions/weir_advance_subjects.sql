-- The subscriptions whose charges in advance must process accepted events ([{event_id, external_subscription_id,
-- code, timestamp}]): each event's own, which is charged for it, and later ones with the same external id that charge
-- a recurring metric, because they carry the event over.
create or replace function weir_advance_subjects(accepted jsonb)
returns table (event_id uuid, event_time timestamptz, subscription_id uuid, ended_at timestamptz, is_charged boolean)
language sql stable
as $$
  select e.event_id, e.timestamp, s.subscription_id, s.ended_at, true
  from jsonb_to_recordset(accepted) as e(event_id uuid, external_subscription_id text, code text,
    timestamp timestamptz)
  cross join lateral weir_event_subscription(e.external_subscription_id, e.timestamp) as s
  where exists (
    select from charges c
    join billable_metrics m on m.organization_id = c.organization_id and m.id = c.billable_metric_id
    where c.plan_id = s.plan_id and c.pay_in_advance and c.deleted_at is null and m.code = e.code)
  union all
  select e.event_id, e.timestamp, s.id, s.terminated_at, false
  from jsonb_to_recordset(accepted) as e(event_id uuid, external_subscription_id text, code text,
    timestamp timestamptz)
  join subscriptions s on s.external_id = e.external_subscription_id and s.status in ('active', 'terminated')
    and s.started_at > e.timestamp
  where s.id not in (
      select own.subscription_id from weir_event_subscription(e.external_subscription_id, e.timestamp) as own)
    and exists (
      select from charges c
      join billable_metrics m on m.organization_id = c.organization_id and m.id = c.billable_metric_id
      where c.plan_id = s.plan_id and c.pay_in_advance and c.deleted_at is null and m.code = e.code
        and m.is_recurring)
$$;
