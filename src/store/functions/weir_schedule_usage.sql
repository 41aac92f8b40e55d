-- What accepted events cause later: one keyed item for each touched subscription that
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
    -- not apply to it.
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
