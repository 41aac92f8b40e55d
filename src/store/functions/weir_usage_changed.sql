-- Increments the version of the organization (see usage_versions).
create or replace function weir_usage_changed() returns trigger
language plpgsql
as $$
begin
  -- The database owner acts outside any organization and changes nothing that storing events depends on.
  if weir_organization_id() is not null then
    insert into usage_versions (organization_id, version) values (weir_organization_id(), 1)
    on conflict (organization_id) do update set version = usage_versions.version + 1;
  end if;
  return null;
end
$$;
