-- What is overdue is added up in its index: one invoice in twenty five is overdue, so nearly every page of the table has one.
create index invoices_overdue_sums on invoices (organization_id, payment_due_date, id)
  include (currency, total_amount_cents, total_paid_amount_cents, offset_amount_cents, self_billed, billing_entity_id, customer_id)
  where payment_overdue;
drop index invoices_overdue_dates;
