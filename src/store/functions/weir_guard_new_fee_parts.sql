-- The same for tables with a fee_id. A fee without an invoice is not sealed.
create or replace function weir_guard_new_fee_parts() returns trigger
language plpgsql
as $$
declare
  sealed uuid;
begin
  select i.id into sealed
  from (select distinct organization_id, fee_id from new_rows) as parts
  join fees f on f.organization_id = parts.organization_id and f.id = parts.fee_id
  join invoices i on i.organization_id = f.organization_id and i.id = f.invoice_id
  where i.status in ('finalized', 'voided') and i.sealed_in <> pg_current_xact_id()
  limit 1;
  if sealed is not null then
    raise exception 'invoice % is final: its % cannot change', sealed, tg_table_name;
  end if;
  return null;
end
$$;
