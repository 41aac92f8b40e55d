-- Refuses to add, take away or change parts of a sealed invoice, in tables with an invoice_id.
create or replace function weir_guard_invoice_part() returns trigger
language plpgsql
as $$
declare
  sealed uuid;
begin
  if tg_op = 'INSERT' then
    select p.invoice_id into sealed
    from (select distinct organization_id, invoice_id from new_rows where invoice_id is not null) as p
    where weir_is_sealed(p.organization_id, p.invoice_id)
    limit 1;
  elsif tg_op = 'DELETE' then
    select p.invoice_id into sealed
    from (select distinct organization_id, invoice_id from old_rows where invoice_id is not null) as p
    where weir_is_sealed(p.organization_id, p.invoice_id)
    limit 1;
  elsif weir_is_sealed(old.organization_id, old.invoice_id) then
    sealed := old.invoice_id;
  elsif new.invoice_id is distinct from old.invoice_id and weir_is_sealed(new.organization_id, new.invoice_id) then
    sealed := new.invoice_id;
  end if;
  if sealed is not null then
    raise exception 'invoice % is final: its % cannot change', sealed, tg_table_name;
  end if;
  -- The statement triggers ignore it, the row trigger of updates goes on with it.
  return new;
end
$$;
