-- The order of the list of subscriptions.
create index subscriptions_list on subscriptions (organization_id, subscription_at desc, created_at desc, id);
-- The payments that lists show and count, without reading any of them to count.
create index payments_shown on payments (organization_id, paid_at desc, id) where not hidden;
drop index payments_list;
-- Deleted customers keep their external id, by which their invoices are found.
create index customers_external_ids on customers (organization_id, external_id);
-- What is late by when it was due, as analytics add it up: in the order of the table, unlike by customer.
create index invoices_overdue_dates on invoices (organization_id, payment_due_date, id) where payment_overdue;
-- The invoices of customers are counted without reading them: those that are not shown are told by their status.
drop index invoices_customer;
create index invoices_customer on invoices (organization_id, customer_id, issuing_date desc) include (status);
