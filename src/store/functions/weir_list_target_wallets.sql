-- Lists accepted events ([{event_id, external_subscription_id, code, timestamp}]) that name a wallet, if an endpoint
-- subscribes to reports of unknown wallets.
create or replace function weir_list_target_wallets(organization uuid, received_at timestamptz, accepted jsonb)
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
  from jsonb_to_recordset(accepted) as a(event_id uuid, external_subscription_id text, code text,
    timestamp timestamptz)
  join events e on e.organization_id = organization and e.code = a.code
    and e.external_subscription_id = a.external_subscription_id and e.timestamp = a.timestamp and e.id = a.event_id
  where coalesce(e.properties ->> 'target_wallet_code', '') <> '' and exists (
    select from billable_metrics m
    join charges c on c.organization_id = m.organization_id and c.billable_metric_id = m.id
    where m.organization_id = organization and m.code = a.code and m.deleted_at is null and c.accepts_target_wallet
      and c.deleted_at is null);
  if found then
    insert into due_items as kept (organization_id, id, kind, subject_id, due_at)
    values (organization, gen_random_uuid(), 'target_wallets', organization, received_at)
    on conflict (organization_id, kind, subject_id) do update set
      id = excluded.id, due_at = least(kept.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null;
  end if;
end
$$;
