-- Money that a bank takes back after it had arrived is an entry of its own: entries are never taken back.
alter table invoice_payments
  drop constraint invoice_payments_kind_check,
  drop constraint invoice_payments_check,
  drop constraint payments_are_known,
  add constraint invoice_payments_kind_check check (kind in ('fees', 'status', 'payment', 'offset', 'reversal')),
  add constraint invoice_payments_check check
    (case kind when 'status' then amount_cents = 0 when 'reversal' then amount_cents < 0 else amount_cents > 0 end),
  add constraint payments_are_known check ((kind in ('payment', 'reversal')) = (payment_id is not null));
-- What was taken back may arrive again. weir_check_payment holds that a payment is entered with what it is.
drop index invoice_payments_payment;
create index invoice_payments_payment on invoice_payments (organization_id, payment_id, invoice_id)
  where payment_id is not null;
