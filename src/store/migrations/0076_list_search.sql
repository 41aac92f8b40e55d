-- Searching lists by a part of a name or number, as the palette does (0034).
do $$
begin
  if exists (select from pg_opclass where opcname = 'gin_trgm_ops') then
    create index invoices_number_parts on invoices using gin (number gin_trgm_ops) where number <> '';
  end if;
end
$$;
create index customers_deleted on customers (organization_id) where deleted_at is not null;

\ir ../functions/weir_customers_named.sql
\ir ../functions/weir_invoices_named.sql
