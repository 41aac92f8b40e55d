-- Rejects deleting or changing parts of a sealed invoice, in tables with an invoice_id, and moving a part onto one;
-- see weir_guard_new_invoice_parts for what counts as sealed.
create or replace function weir_guard_invoice_part() returns trigger
language plpgsql
as $$
declare
  sealed uuid;
begin
  if old.invoice_id is not null then
    select i.id into sealed
    from invoices i
    where i.organization_id = old.organization_id and i.id = old.invoice_id
      and i.status in ('finalized', 'voided') and i.sealed_in <> pg_current_xact_id();
  end if;
  if tg_op = 'UPDATE' and sealed is null and new.invoice_id is not null then
    select i.id into sealed
    from invoices i
    where i.organization_id = new.organization_id and i.id = new.invoice_id
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
