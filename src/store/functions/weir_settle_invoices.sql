-- Updates the payment status, the paid total and the offsets of invoices after new entries of their ledger. The invoices
-- are locked first: the sums are read by a later statement, which sees every entry that was committed while it waited.
create or replace function weir_settle_invoices() returns trigger
language plpgsql
as $$
begin
  perform from invoices i
  where (i.organization_id, i.id) in (select n.organization_id, n.invoice_id from inserted n)
  order by i.id
  for no key update of i;
  update invoices i set
    payment_status = state.payment_status, total_paid_amount_cents = state.total_paid_amount_cents,
    offset_amount_cents = state.offset_amount_cents
  from (select distinct organization_id, invoice_id from inserted) as paid
  cross join lateral weir_payment_state(paid.organization_id, paid.invoice_id) as state
  where i.organization_id = paid.organization_id and i.id = paid.invoice_id
    and (i.payment_status, i.total_paid_amount_cents, i.offset_amount_cents)
      is distinct from (state.payment_status, state.total_paid_amount_cents, state.offset_amount_cents);
  return null;
end
$$;
