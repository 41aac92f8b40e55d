-- Finding things by a part of their names. PostgreSQL's pg_trgm is its index; where it is missing or may not be
-- installed, the search still works, and reads every customer and subscription of the organization instead.
do $$
begin
  create extension if not exists pg_trgm;
exception
  when insufficient_privilege or undefined_file or feature_not_supported then
    raise notice 'pg_trgm is not available: searching reads all names';
end
$$;

do $$
begin
  if exists (select from pg_opclass where opcname = 'gin_trgm_ops') then
    create index customers_search on customers using gin (
      (' ' || lower(coalesce(name, '') || ' ' || external_id || ' ' || coalesce(email, '') || ' ' ||
        coalesce(legal_name, '') || ' ' || coalesce(firstname, '') || ' ' || coalesce(lastname, ''))) gin_trgm_ops)
      where deleted_at is null;
    create index subscriptions_search on subscriptions using gin (
      (' ' || lower(coalesce(name, '') || ' ' || external_id)) gin_trgm_ops);
  end if;
end
$$;
create index invoices_search on invoices (organization_id, upper(number) text_pattern_ops) where number <> '';

\ir ../functions/weir_search.sql
