-- Keeps invoice_days: each statement that writes invoices adds the difference that it makes, as rows of its own, so
-- that transactions never wait for each other. Most changes of an invoice make none. The rows of an insert or a deletion
-- are called `written`.
create or replace function weir_count_invoices() returns trigger
language plpgsql
as $$
declare
  sign constant integer := case tg_op when 'DELETE' then -1 else 1 end;
begin
  if tg_op = 'UPDATE' then
    insert into invoice_days (organization_id, issuing_date, status, payment_status, payment_overdue, invoice_type,
      currency, billing_entity_id, self_billed, is_lost, is_partly_paid, invoices, total_amount_cents)
    select i.organization_id, i.issuing_date, i.status, i.payment_status, i.payment_overdue, i.invoice_type, i.currency,
      i.billing_entity_id, i.self_billed, i.payment_dispute_lost_at is not null,
      i.total_paid_amount_cents > 0 and i.total_paid_amount_cents < i.total_amount_cents,
      sum(i.of_sign), sum(i.of_sign * i.total_amount_cents)
    from (select 1 as of_sign, n.* from new_rows n union all select -1, o.* from old_rows o) i
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    having sum(i.of_sign) <> 0 or sum(i.of_sign * i.total_amount_cents) <> 0;
  else
    insert into invoice_days (organization_id, issuing_date, status, payment_status, payment_overdue, invoice_type,
      currency, billing_entity_id, self_billed, is_lost, is_partly_paid, invoices, total_amount_cents)
    select i.organization_id, i.issuing_date, i.status, i.payment_status, i.payment_overdue, i.invoice_type, i.currency,
      i.billing_entity_id, i.self_billed, i.payment_dispute_lost_at is not null,
      i.total_paid_amount_cents > 0 and i.total_paid_amount_cents < i.total_amount_cents,
      sign * count(*), sign * sum(i.total_amount_cents)
    from written i
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11;
  end if;
  return null;
end
$$;
