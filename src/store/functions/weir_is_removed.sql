-- Whether this transaction removes a sandbox: then its final documents may be deleted, too.
create or replace function weir_is_removed(organization uuid) returns boolean
language sql stable
as $$
  select exists (
    select from organizations o where o.id = organization and o.removed_in = pg_current_xact_id_if_assigned()
  )
$$;
