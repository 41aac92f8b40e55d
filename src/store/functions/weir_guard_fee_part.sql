-- The same for tables with a fee_id: a fee without an invoice is not sealed.
create or replace function weir_guard_fee_part() returns trigger
language plpgsql
as $$
declare
  sealed uuid;
begin
  if tg_op = 'INSERT' then
    select p.fee_id into sealed
    from (select distinct organization_id, fee_id from new_rows) as p
    where (select weir_is_sealed(f.organization_id, f.invoice_id) from fees f
      where f.organization_id = p.organization_id and f.id = p.fee_id)
    limit 1;
  elsif tg_op = 'DELETE' then
    select p.fee_id into sealed
    from (select distinct organization_id, fee_id from old_rows) as p
    where (select weir_is_sealed(f.organization_id, f.invoice_id) from fees f
      where f.organization_id = p.organization_id and f.id = p.fee_id)
    limit 1;
  else
    select f.id into sealed
    from fees f
    where f.organization_id = old.organization_id and f.id in (old.fee_id, new.fee_id)
      and weir_is_sealed(f.organization_id, f.invoice_id)
    limit 1;
  end if;
  if sealed is not null then
    raise exception 'the invoice of fee % is final: its % cannot change', sealed, tg_table_name;
  end if;
  return new;
end
$$;
