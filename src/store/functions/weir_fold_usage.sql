-- Moves waiting usage into the running state in one transaction, so that a reader sees it in exactly one place.
-- Returns true when more may be waiting; false also when another process is folding.
create or replace function weir_fold_usage(organization uuid) returns boolean
language plpgsql
as $$
declare
  parts_max constant integer := 20000;
  parts integer;
  sums json[];
  lasts json[];
begin
  -- Durability is not needed here: if this commit is lost, the arrivals are still waiting and are folded again.
  perform set_config('weir.organization_id', organization::text, true),
    set_config('synchronous_commit', 'off', true);
  if not pg_try_advisory_xact_lock(hashtextextended('fold usage ' || organization, 0)) then
    return false;
  end if;
  -- Locked, so that a tracker cannot be dropped between this check and the insert of its rows.
  perform from usage_trackers where organization_id = organization order by id for key share;
  with taken as (
    delete from usage_arrivals
    where ctid = any (array(select ctid from usage_arrivals where organization_id = organization limit parts_max))
    returning usage_arrivals.sums, usage_arrivals.lasts
  )
  select count(*), array_agg(t.sums) filter (where t.sums is not null),
    array_agg(t.lasts) filter (where t.lasts is not null)
  into parts, sums, lasts
  from taken t;
  perform weir_add_usage(organization, sums, lasts);
  return parts = parts_max;
end
$$;
