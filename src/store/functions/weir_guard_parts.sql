-- Guards the parts of invoices in one table, by their invoice_id or another column; the listed columns may change at
-- any time. Must be called again when the table gets a new column.
create or replace procedure weir_guard_parts(table_name text, may_change text[] default '{}', part_of text default 'invoice')
language plpgsql
as $$
declare
  protected text;
begin
  select string_agg(quote_ident(attname), ', ' order by attnum) into protected
  from pg_attribute
  where attrelid = table_name::regclass and attnum > 0 and not attisdropped and attname <> all (may_change);
  execute format('create or replace trigger guard_new_parts after insert on %I referencing new table as new_rows '
    'for each statement execute function %I()', table_name, format('weir_guard_new_%s_parts', part_of));
  execute format('create or replace trigger guard_parts before delete or update of %s on %I '
    'for each row execute function %I()', protected, table_name, format('weir_guard_%s_part', part_of));
end
$$;
