-- Tells whoever stores events to look for wallets, when an organization gets its first one (see usage_versions). It may
-- happen twice when two first ones are made at once.
create or replace function weir_first_wallet() returns trigger
language plpgsql
as $$
begin
  if not exists (
    select from wallets w
    where w.organization_id = new.organization_id and w.status = 'active' and w.id <> new.id)
  then
    insert into usage_versions (organization_id, version) values (new.organization_id, 1)
    on conflict (organization_id) do update set version = usage_versions.version + 1;
  end if;
  return null;
end
$$;
