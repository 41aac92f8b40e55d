-- Counts events that will not be billed because their code or subscription is unknown; see weir_ingest for the
-- parameters. Returns the unseen subscriptions that exist, or null when there were none.
create or replace function weir_count_unmatched(organization uuid, received_at timestamptz, writer_number integer,
  unknown_codes bigint, unknown_subscriptions bigint, unseen_subscriptions jsonb)
returns jsonb
language plpgsql
as $$
declare
  known jsonb;
  all_unknown bigint := unknown_subscriptions;
begin
  if unseen_subscriptions is not null then
    select coalesce(jsonb_agg(seen.external_id) filter (where seen.exists), '[]'),
      unknown_subscriptions + coalesce(sum(seen.events_count) filter (where not seen.exists), 0)
    into known, all_unknown
    from (
      select u.external_id, u.events_count,
        exists (select from subscriptions s where s.external_id = u.external_id) as exists
      from jsonb_to_recordset(unseen_subscriptions) as u(external_id text, events_count bigint)) as seen;
  end if;
  if unknown_codes > 0 or all_unknown > 0 then
    insert into unmatched_event_counts as kept (organization_id, reason, starts_on, writer, events_count)
    select organization, unmatched.reason, (received_at at time zone 'UTC')::date, writer_number, unmatched.events_count
    from (values ('unknown_code', unknown_codes), ('unknown_subscription', all_unknown))
      as unmatched (reason, events_count)
    where unmatched.events_count > 0
    on conflict (organization_id, reason, starts_on, writer) do update set
      events_count = kept.events_count + excluded.events_count;
  end if;
  return known;
end
$$;
