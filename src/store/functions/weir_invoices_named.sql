-- The invoices of the organization with a number that is like a pattern, or an id between two, all or so many of either kind,
-- for the same reason a function of the owner.
create or replace function weir_invoices_named(
  pattern text, most integer default null, first_id uuid default null, last_id uuid default null) returns setof uuid
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
  org constant uuid := weir_organization_id();
begin
  if org is null then
    return;
  end if;
  return query
  select i.id from invoices i where i.organization_id = org and i.number <> '' and i.number ilike pattern limit most;
  if first_id is not null then
    return query
    select i.id from invoices i where i.organization_id = org and i.id between first_id and last_id limit most;
  end if;
end
$$;
