-- Rejects adding parts to a sealed invoice, i.e. one finalized by another transaction. Checks once per statement,
-- because a billing run adds thousands of rows and a check per row would cost as much as writing it.
create or replace function weir_guard_new_invoice_parts() returns trigger
language plpgsql
as $$
declare
  sealed uuid;
begin
  select i.id into sealed
  from (select distinct organization_id, invoice_id from new_rows where invoice_id is not null) as parts
  join invoices i on i.organization_id = parts.organization_id and i.id = parts.invoice_id
  where i.status in ('finalized', 'voided') and i.sealed_in <> pg_current_xact_id()
  limit 1;
  if sealed is not null then
    raise exception 'invoice % is final: its % cannot change', sealed, tg_table_name;
  end if;
  return null;
end
$$;
