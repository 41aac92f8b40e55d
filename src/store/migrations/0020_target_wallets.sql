-- Events that name a wallet to be paid from, where a charge of their metric takes such names: somebody has to be told
-- of a name that no wallet has (metering-and-rating §1.5).
create table target_wallet_events (
  organization_id uuid not null references organizations,
  event_id uuid not null,
  external_subscription_id text not null,
  code text not null,
  timestamp timestamptz(3) not null,
  primary key (organization_id, event_id)
);
call weir_wall('target_wallet_events');

-- Asked in each storing transaction, and nearly always empty.
create index charges_target_wallet on charges (organization_id, billable_metric_id)
  where accepts_target_wallet and deleted_at is null;

-- Lists accepted events that name a wallet, if anybody wants to hear of unknown ones (metering-and-rating §1.5).
create function weir_list_target_wallets(organization uuid, now timestamptz, arrived jsonb, item_rank integer)
returns void
language plpgsql
as $$
begin
  if not exists (
      select from charges where organization_id = organization and accepts_target_wallet and deleted_at is null)
    or not exists (
      select from webhook_endpoints w
      where w.organization_id = organization and (w.event_types is null or 'event.error' = any (w.event_types)))
  then
    return;
  end if;
  insert into target_wallet_events (organization_id, event_id, external_subscription_id, code, timestamp)
  select organization, e.id, e.external_subscription_id, e.code, e.timestamp
  from jsonb_to_recordset(arrived) as x(e uuid, s text, c text, a timestamptz)
  join events e on e.organization_id = organization and e.code = x.c and e.external_subscription_id = x.s
    and e.timestamp = x.a and e.id = x.e
  where coalesce(e.properties ->> 'target_wallet_code', '') <> '' and exists (
    select from billable_metrics m
    join charges c on c.organization_id = m.organization_id and c.billable_metric_id = m.id
    where m.organization_id = organization and m.code = x.c and m.deleted_at is null and c.accepts_target_wallet
      and c.deleted_at is null);
  if found then
    insert into due_items as d (organization_id, id, kind, subject_id, due_at, rank)
    values (organization, gen_random_uuid(), 'target_wallets', organization, now, item_rank)
    on conflict (organization_id, kind, subject_id) do update set
      id = excluded.id, due_at = least(d.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null;
  end if;
end
$$;

-- What accepted events cause later (metering-and-rating §1.5): one keyed item for each touched subscription that
-- needs one. An item that waits keeps its instant; its new id tells a runner that it was asked for again. `advance`
-- are the events of metrics that are charged in advance or whose charges take the names of wallets.
create or replace function weir_schedule_usage(organization uuid, now timestamptz, advance jsonb,
  advance_rank integer, active text[], active_rank integer)
returns void
language plpgsql
as $$
begin
  if advance is not null then
    -- A fee in advance belongs to the subscription of the event's own time: the fallback of recurring metrics does
    -- not apply to it (metering-and-rating §3.12).
    insert into advance_events (organization_id, event_id, subscription_id, timestamp)
    select organization, x.e, s.subscription_id, x.a
    from jsonb_to_recordset(advance) as x(e uuid, s text, c text, a timestamptz)
    cross join lateral weir_event_subscription(x.s, x.a) as s
    where exists (
      select from charges c
      join billable_metrics m on m.organization_id = c.organization_id and m.id = c.billable_metric_id
      where c.plan_id = s.plan_id and c.pay_in_advance and c.deleted_at is null and m.code = x.c);
    insert into due_items as d (organization_id, id, kind, subject_id, due_at, rank)
    select organization, gen_random_uuid(), 'advance_usage', subject, now, advance_rank
    from (
      select distinct e.subscription_id as subject from advance_events e
      where e.event_id in (select (x ->> 'e')::uuid from jsonb_array_elements(advance) as x)
      order by 1) as subjects
    on conflict (organization_id, kind, subject_id) do update set
      id = excluded.id, due_at = least(d.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null;
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
