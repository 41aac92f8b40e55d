-- Puts the rows of a day together in invoice_days and fee_days where many were added, of at most so many days of each.
-- Returns whether there may be more to do. What is added meanwhile stays as it is, and of two processes that do this at
-- once one finds nothing left.
create or replace function weir_fold_days(most integer) returns boolean
language plpgsql
as $$
declare
  -- So few rows are summed as fast as one.
  few constant integer := 8;
  day record;
  done integer := 0;
begin
  for day in
    select d.organization_id, d.issuing_date from invoice_days d where not d.is_folded
    group by 1, 2 having count(*) > few limit most
  loop
    with taken as (
      delete from invoice_days d
      where d.organization_id = day.organization_id and d.issuing_date = day.issuing_date
      returning *
    )
    insert into invoice_days (organization_id, issuing_date, status, payment_status, payment_overdue, invoice_type,
      currency, billing_entity_id, self_billed, is_lost, is_partly_paid, invoices, total_amount_cents, is_folded)
    select organization_id, issuing_date, status, payment_status, payment_overdue, invoice_type, currency,
      billing_entity_id, self_billed, is_lost, is_partly_paid, sum(invoices), sum(total_amount_cents), true
    from taken
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    having sum(invoices) <> 0 or sum(total_amount_cents) <> 0;
    done := done + 1;
  end loop;
  for day in
    select d.organization_id, d.made_on from fee_days d where not d.is_folded
    group by 1, 2 having count(*) > few limit most
  loop
    with taken as (
      delete from fee_days d
      where d.organization_id = day.organization_id and d.made_on = day.made_on
      returning *
    )
    insert into fee_days (organization_id, made_on, fee_type, currency, billing_entity_id, self_billed, is_invoiced,
      charge_id, starts_in, months, fees, amount_cents, coupons_amount_cents, taxes_amount_cents, units, is_folded)
    select organization_id, made_on, fee_type, currency, billing_entity_id, self_billed, is_invoiced, charge_id,
      starts_in, months, sum(fees), sum(amount_cents), sum(coupons_amount_cents), sum(taxes_amount_cents), sum(units),
      true
    from taken
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    having sum(fees) <> 0 or sum(amount_cents) <> 0 or sum(coupons_amount_cents) <> 0 or sum(taxes_amount_cents) <> 0
      or sum(units) <> 0;
    done := done + 1;
  end loop;
  return done >= most;
end
$$;
