-- Puts a table behind the tenant wall and opens it to the application. What is written is compared with a subquery,
-- which is evaluated once for a statement: calling the function for each row costs as much as an index.
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
