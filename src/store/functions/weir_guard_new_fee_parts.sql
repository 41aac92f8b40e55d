-- The same for tables with a fee_id. A fee without an invoice is not sealed.
-- Invoices are looked up one by one: a session keeps the plan that it made while the tables were small, and a join would
-- read them whole.
create or replace function weir_guard_new_fee_parts() returns trigger
language plpgsql
set enable_seqscan = off
as $$
declare
  sealed uuid;
begin
  select invoice_id into sealed
  from (
    select (
      select f.invoice_id from fees f where f.organization_id = parts.organization_id and f.id = parts.fee_id
    ) as invoice_id, parts.organization_id
    from (select distinct organization_id, fee_id from new_rows) as parts
    offset 0
  ) as of_fees
  where (
    select i.status in ('finalized', 'voided') and i.sealed_in <> pg_current_xact_id()
    from invoices i
    where i.organization_id = of_fees.organization_id and i.id = of_fees.invoice_id
  )
  limit 1;
  if sealed is not null then
    raise exception 'invoice % is final: its % cannot change', sealed, tg_table_name;
  end if;
  return null;
end
$$;
