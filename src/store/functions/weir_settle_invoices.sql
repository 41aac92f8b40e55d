-- Updates the payment status and paid total of invoices after new payments.
create or replace function weir_settle_invoices() returns trigger
language plpgsql
as $$
begin
  update invoices i set
    payment_status = state.payment_status, total_paid_amount_cents = state.total_paid_amount_cents
  from (select distinct organization_id, invoice_id from inserted) as paid
  cross join lateral weir_payment_state(paid.organization_id, paid.invoice_id) as state
  where i.organization_id = paid.organization_id and i.id = paid.invoice_id
    and (i.payment_status, i.total_paid_amount_cents)
      is distinct from (state.payment_status, state.total_paid_amount_cents);
  return null;
end
$$;
