-- The customers of the organization, deleted ones too, with a name of any kind that is like a pattern in letters of any
-- case: all of them, or the first so many of either kind that are found. It belongs to the owner, because row-level security
-- keeps indexes from being used for LIKE; so it names the organization itself.
create or replace function weir_customers_named(pattern text, most integer default null) returns setof uuid
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
  org constant uuid := weir_organization_id();
  small constant text := lower(pattern);
begin
  if org is null then
    return;
  end if;
  return query
  select c.id from customers c
  where c.organization_id = org and c.deleted_at is null
    -- As customers_search has it.
    and (' ' || lower(coalesce(c.name, '') || ' ' || c.external_id || ' ' || coalesce(c.email, '') || ' ' ||
      coalesce(c.legal_name, '') || ' ' || coalesce(c.firstname, '') || ' ' || coalesce(c.lastname, ''))) like small
    and (c.name ilike pattern or c.external_id ilike pattern or c.email ilike pattern or c.legal_name ilike pattern
      or c.firstname ilike pattern or c.lastname ilike pattern)
  limit most;
  return query
  select c.id from customers c
  where c.organization_id = org and c.deleted_at is not null
    and (c.name ilike pattern or c.external_id ilike pattern or c.email ilike pattern or c.legal_name ilike pattern
      or c.firstname ilike pattern or c.lastname ilike pattern)
  limit most;
end
$$;
