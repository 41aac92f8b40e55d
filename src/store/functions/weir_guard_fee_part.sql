-- The same for tables with a fee_id. A fee without an invoice is not sealed, nor is one being deleted together with
-- its parts.
create or replace function weir_guard_fee_part() returns trigger
language plpgsql
as $$
declare
  sealed uuid;
begin
  select i.id into sealed
  from fees f
  join invoices i on i.organization_id = f.organization_id and i.id = f.invoice_id
  where f.organization_id = old.organization_id and f.id = old.fee_id
    and i.status in ('finalized', 'voided') and i.sealed_in <> pg_current_xact_id();
  if tg_op = 'UPDATE' and sealed is null then
    select i.id into sealed
    from fees f
    join invoices i on i.organization_id = f.organization_id and i.id = f.invoice_id
    where f.organization_id = new.organization_id and f.id = new.fee_id
      and i.status in ('finalized', 'voided') and i.sealed_in <> pg_current_xact_id();
  end if;
  if sealed is not null then
    if tg_op = 'DELETE' then
      if weir_is_removed(old.organization_id) then
        return old;
      end if;
    end if;
    raise exception 'invoice % is final: its % cannot change', sealed, tg_table_name;
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;
