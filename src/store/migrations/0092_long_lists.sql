-- Lists are the latest first, and their indexes the other way round: what is new is written at their end, where it costs
-- least, and they are read backwards.

-- The log of activities with what it is filtered by that has few values: a page far below is found, and activities are
-- counted, without reading any.
create index activity_logs_order on activity_logs (organization_id, logged_at, id)
  include (activity_type, activity_source);
drop index activity_logs_list;
-- The activities of a kind of object, of a customer and of a subscription.
create index activity_logs_kind on activity_logs (organization_id, resource_type, logged_at, id)
  include (activity_source);
create index activity_logs_customer on activity_logs (organization_id, external_customer_id, logged_at)
  where external_customer_id is not null;
create index activity_logs_subscription on activity_logs (organization_id, external_subscription_id, logged_at)
  where external_subscription_id is not null;

-- A list of customers shows none that are deleted, one of subscriptions those of some statuses.
create index customers_list on customers (organization_id, created_at, id desc) where deleted_at is null;
drop index customers_created;
create index subscriptions_order on subscriptions (organization_id, subscription_at, created_at, id desc)
  include (status, plan_id);
drop index subscriptions_list;

-- What is overdue, in the order of the list of invoices: one invoice in twenty five, of all days.
create index invoices_overdue_list on invoices (organization_id, issuing_date, created_at, id desc)
  where payment_overdue;
-- And by due date and currency, as it is added up.
create index invoices_overdue_balance on invoices (organization_id, payment_due_date, currency, id)
  include (total_amount_cents, total_paid_amount_cents, offset_amount_cents, self_billed, billing_entity_id, customer_id)
  where payment_overdue;
drop index invoices_overdue_sums;

-- Searching credit notes looks at the numbers of all their invoices no longer.
\ir ../functions/weir_credit_notes_named.sql
