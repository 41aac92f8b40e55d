-- The ids of those events of an arrival (see weir_ingest) that are duplicates: their transaction id is already stored
-- for their subscription, or occurs earlier in the arrival. Null when there are none.
create or replace function weir_taken_events(arrived jsonb) returns jsonb
language sql stable
as $$
  select jsonb_agg(received.id)
  from (
    select r.i as id, r.t as transaction_id, r.s as external_subscription_id,
      row_number() over (partition by r.t, r.s order by r.i) as occurrence
    from jsonb_to_recordset(arrived) as r(i uuid, t text, s text)
    where r.s is not null) as received
  where received.occurrence > 1 or exists (
    select from event_keys k
    where k.organization_id = weir_organization_id() and k.transaction_id = received.transaction_id
      and k.external_subscription_id = received.external_subscription_id)
$$;
