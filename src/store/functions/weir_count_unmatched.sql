-- Counts events that nobody will be billed for; `unsure` are external subscription ids that the caller has not seen
-- yet, with the number of their events. Gives those of them that exist.
create or replace function weir_count_unmatched(organization uuid, now timestamptz, writer_number integer,
  unknown_codes bigint, without_subscription bigint, unsure jsonb)
returns jsonb
language plpgsql
as $$
declare
  known jsonb;
  strangers bigint := without_subscription;
begin
  if unsure is not null then
    select coalesce(jsonb_agg(x.s) filter (where x.is_known), '[]'),
      strangers + coalesce(sum(x.n) filter (where not x.is_known), 0)
    into known, strangers
    from (
      select u.s, u.n, exists (select from subscriptions s where s.external_id = u.s) as is_known
      from jsonb_to_recordset(unsure) as u(s text, n bigint)) as x;
  end if;
  if unknown_codes > 0 or strangers > 0 then
    insert into unmatched_event_counts as c (organization_id, reason, starts_on, writer, events_count)
    select organization, x.reason, (now at time zone 'UTC')::date, writer_number, x.n
    from (values ('unknown_code', unknown_codes), ('unknown_subscription', strangers)) as x(reason, n)
    where x.n > 0
    on conflict (organization_id, reason, starts_on, writer) do update set
      events_count = c.events_count + excluded.events_count;
  end if;
  return known;
end
$$;
