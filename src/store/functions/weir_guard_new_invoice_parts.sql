-- Rejects adding parts to a sealed invoice, i.e. one finalized by another transaction. Checks once per statement,
-- because a billing run adds thousands of rows and a check per row would cost as much as writing it.
-- Invoices are looked up one by one: a session keeps the plan that it made while the table was small, and a join would
-- read it whole.
create or replace function weir_guard_new_invoice_parts() returns trigger
language plpgsql
set enable_seqscan = off
as $$
declare
  sealed uuid;
begin
  select parts.invoice_id into sealed
  from (select distinct organization_id, invoice_id from new_rows where invoice_id is not null) as parts
  where (
    select i.status in ('finalized', 'voided') and i.sealed_in <> pg_current_xact_id()
    from invoices i
    where i.organization_id = parts.organization_id and i.id = parts.invoice_id
  )
  limit 1;
  if sealed is not null then
    raise exception 'invoice % is final: its % cannot change', sealed, tg_table_name;
  end if;
  return null;
end
$$;
