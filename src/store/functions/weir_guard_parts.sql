-- Puts the parts of invoices in one table under the guard of weir_guard_invoice_part, or of another function; the named
-- columns may change at any time. To be called again when the table gets a column.
create or replace procedure weir_guard_parts(table_name text, may_change text[] default '{}',
  guard text default 'weir_guard_invoice_part')
language plpgsql
as $$
declare
  protected text;
begin
  select string_agg(quote_ident(attname), ', ' order by attnum) into protected
  from pg_attribute
  where attrelid = table_name::regclass and attnum > 0 and not attisdropped and attname <> all (may_change);
  execute format('create or replace trigger guard_parts before insert or delete or update of %s on %I '
    'for each row execute function %I()', protected, table_name, guard);
end
$$;
