-- Puts a table behind row-level security and grants it to the application. The check on writes uses a subquery, which
-- is evaluated once per statement: calling the function for each row costs as much as an index.
create or replace procedure weir_wall(table_name text)
language plpgsql
as $$
begin
  execute format('alter table %I enable row level security', table_name);
  execute format(
    'create policy tenant on %I to weir_app using (organization_id = weir_organization_id()) '
    'with check (organization_id = (select weir_organization_id()))', table_name);
  execute format('grant select, insert, update, delete on %I to weir_app', table_name);
end
$$;
