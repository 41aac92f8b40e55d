-- Schedules the work caused by accepted events, one item per affected subscription that needs one, and one per customer
-- with wallets; see weir_ingest for the parameters. A waiting item keeps its instant; the new id of one that is
-- processed alone shows the runner that it was rescheduled. The due items are written before the events: their locks,
-- held until the transaction ends, let only one arrival at a time number the events of a subscription.
create or replace function weir_schedule_usage(organization uuid, received_at timestamptz, advance jsonb,
  watched text[])
returns void
language plpgsql
as $$
declare
  listed jsonb;
begin
  if advance is not null then
    listed := (select jsonb_agg(to_jsonb(s)) from weir_advance_subjects(advance) as s);
    if listed is not null then
      insert into due_items as kept (organization_id, id, kind, subject_id, due_at)
      select organization, gen_random_uuid(), 'advance_usage', subject, received_at
      from (
        select distinct l.subscription_id as subject from jsonb_to_recordset(listed) as l(subscription_id uuid)
        order by 1) as subjects
      on conflict (organization_id, kind, subject_id) do update set
        id = excluded.id, due_at = least(kept.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null;
      insert into advance_events (organization_id, event_id, subscription_id, timestamp, ended_at, is_charged)
      select organization, l.event_id, l.subscription_id, l.event_time, l.ended_at, l.is_charged
      from jsonb_to_recordset(listed) as l(event_id uuid, event_time timestamptz, subscription_id uuid,
        ended_at timestamptz, is_charged boolean)
      order by l.event_id;
    end if;
    perform weir_list_target_wallets(organization, received_at, advance);
  end if;
  if watched is not null then
    insert into due_items as kept (organization_id, id, kind, subject_id, due_at)
    select organization, gen_random_uuid(), 'subscription_activity', subject, received_at
    from (select weir_watched_subscriptions(watched) as subject order by 1) as subjects
    on conflict (organization_id, kind, subject_id) do update set
      id = excluded.id, due_at = least(kept.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null;
    insert into due_items as kept (organization_id, id, kind, subject_id, due_at)
    select organization, gen_random_uuid(), 'wallet_usage', subject, received_at
    from (
      select distinct s.customer_id as subject
      from subscriptions s
      where s.organization_id = organization and s.external_id = any (watched) and s.status = 'active' and exists (
        select from wallets w
        where w.organization_id = organization and w.customer_id = s.customer_id and w.status = 'active')
      order by 1) as subjects
    on conflict (organization_id, kind, subject_id) do update set
      due_at = least(kept.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null;
  end if;
end
$$;
