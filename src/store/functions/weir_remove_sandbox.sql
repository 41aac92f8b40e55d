-- Deletes a sandbox with everything that is of it, whatever tables there are by then; an organization that is none is
-- refused by a constraint. All tables are emptied of it in one statement, because rows refer to each other in circles and
-- foreign keys are checked at its end. To be called by the owner.
create or replace function weir_remove_sandbox(organization uuid) returns void
language plpgsql
as $$
declare
  -- Triggers add to the sums by day what the deletion takes away.
  sums constant text[] := '{invoice_days, fee_days}';
  removal text;
  name text;
begin
  update organizations set removed_in = pg_current_xact_id() where id = organization;
  select 'with ' || string_agg(
    format('of_%s as (delete from %I where organization_id = $1)', c.relname, c.relname), ', ' order by c.relname
  ) || ' select'
  into removal
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    and c.relname <> all (sums);
  execute removal using organization;
  foreach name in array sums loop
    execute format('delete from %I where organization_id = $1', name) using organization;
  end loop;
  delete from graphile_worker._private_jobs
  where payload ->> 'organizationId' = organization::text and locked_at is null;
  delete from organizations where id = organization;
end
$$;
revoke execute on function weir_remove_sandbox(uuid) from public;
