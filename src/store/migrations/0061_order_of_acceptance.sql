-- The fee of an event in advance depends on what was accepted before it and on the subscription as it stood then, never
-- on when a worker comes: both are kept here, beside the event.
alter table advance_events
  -- The order of acceptance within a subscription: a transaction takes its numbers while it holds the subscription's due
  -- item, hence whoever sees a number sees every smaller one.
  add column position bigint generated always as identity,
  -- When the subscription had ended, if it had by then.
  add column ended_at timestamptz(3),
  -- False for an event that the subscription is not charged for: it lies before its start and belongs to the quantity that
  -- a recurring metric carries over.
  add column is_charged boolean not null default true;
drop index advance_events_subscription;
alter table advance_events drop constraint advance_events_pkey;
alter table advance_events add primary key (organization_id, subscription_id, position);

drop function weir_event_subscription(text, timestamptz);
-- The subscription that an event belongs to: of those with its external id that were running at its time the one that
-- runs on, else the one that ended last; of those the one that started last.
create function weir_event_subscription(external_subscription_id text, at timestamptz)
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

-- The subscriptions whose charges in advance have to know of accepted events: each event's own one, which is charged for
-- it, and later ones of the same external id that charge a recurring metric, for they carry the event over.
create function weir_advance_subjects(accepted jsonb)
returns table (event_id uuid, at timestamptz, subscription_id uuid, ended_at timestamptz, is_charged boolean)
language sql stable
as $$
  select x.e, x.a, s.subscription_id, s.ended_at, true
  from jsonb_to_recordset(accepted) as x(e uuid, s text, c text, a timestamptz)
  cross join lateral weir_event_subscription(x.s, x.a) as s
  where exists (
    select from charges c
    join billable_metrics m on m.organization_id = c.organization_id and m.id = c.billable_metric_id
    where c.plan_id = s.plan_id and c.pay_in_advance and c.deleted_at is null and m.code = x.c)
  union all
  select x.e, x.a, s.id, s.terminated_at, false
  from jsonb_to_recordset(accepted) as x(e uuid, s text, c text, a timestamptz)
  join subscriptions s on s.external_id = x.s and s.status in ('active', 'terminated') and s.started_at > x.a
  where exists (
    select from charges c
    join billable_metrics m on m.organization_id = c.organization_id and m.id = c.billable_metric_id
    where c.plan_id = s.plan_id and c.pay_in_advance and c.deleted_at is null and m.code = x.c
      and m.is_recurring)
$$;

-- As before, but the due items come first: their locks, held to the end of the transaction, let one arrival at a time
-- number the events of a subscription.
create or replace function weir_schedule_usage(organization uuid, now timestamptz, advance jsonb,
  advance_rank integer, active text[], active_rank integer)
returns void
language plpgsql
as $$
declare
  listed jsonb;
begin
  if advance is not null then
    listed := (select jsonb_agg(to_jsonb(s)) from weir_advance_subjects(advance) as s);
    if listed is not null then
      insert into due_items as d (organization_id, id, kind, subject_id, due_at, rank)
      select organization, gen_random_uuid(), 'advance_usage', subject, now, advance_rank
      from (
        select distinct l.subscription_id as subject from jsonb_to_recordset(listed) as l(subscription_id uuid)
        order by 1) as subjects
      on conflict (organization_id, kind, subject_id) do update set
        id = excluded.id, due_at = least(d.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null;
      insert into advance_events (organization_id, event_id, subscription_id, timestamp, ended_at, is_charged)
      select organization, l.event_id, l.subscription_id, l.at, l.ended_at, l.is_charged
      from jsonb_to_recordset(listed) as l(event_id uuid, at timestamptz, subscription_id uuid, ended_at timestamptz,
        is_charged boolean)
      order by l.event_id;
    end if;
    perform weir_list_target_wallets(organization, now, advance, advance_rank);
  end if;
  if active is not null then
    insert into due_items as d (organization_id, id, kind, subject_id, due_at, rank)
    select organization, gen_random_uuid(), 'subscription_activity', subject, now, active_rank
    from (select weir_watched_subscriptions(active) as subject order by 1) as subjects
    on conflict (organization_id, kind, subject_id) do update set
      id = excluded.id, due_at = least(d.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null;
  end if;
end
$$;

alter table advance_asides add column ended_at timestamptz(3);
