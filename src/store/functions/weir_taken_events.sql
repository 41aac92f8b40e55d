-- The events of an arrival whose key is stored already or stands in the arrival before them.
create or replace function weir_taken_events(arrived jsonb) returns jsonb
language sql stable
as $$
  select jsonb_agg(x.i)
  from (
    select a.i, a.t, a.s, row_number() over (partition by a.t, a.s order by a.i) as place
    from jsonb_to_recordset(arrived) as a(i uuid, t text, s text)
    where a.s is not null) as x
  where x.place > 1 or exists (
    select from event_keys k
    where k.organization_id = weir_organization_id() and k.transaction_id = x.t
      and k.external_subscription_id = x.s)
$$;
