-- What accepted events cause later: one keyed item for each touched subscription that needs one. An item that waits
-- keeps its instant; its new id tells a runner that it was asked for again. `advance` are the events of metrics that are
-- charged in advance or whose charges take the names of wallets. The due items come before the events: their locks, held
-- to the end of the transaction, let one arrival at a time number the events of a subscription.
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
