-- A customer may have several connections. Each has a code within the customer, at first that of the account.
alter table payment_provider_customers add column code text;
update payment_provider_customers l set code = p.code
from payment_providers p where p.organization_id = l.organization_id and p.id = l.payment_provider_id;
alter table payment_provider_customers alter column code set not null;
create unique index payment_provider_customers_code on payment_provider_customers (organization_id, customer_id, code)
  where deleted_at is null;

-- The method that is charged when its connection is the default one of its customer; only then it is the customer's.
alter table payment_methods add column is_connection_default boolean not null default false;
update payment_methods set is_connection_default = true where is_default and deleted_at is null;
create unique index payment_methods_connection_default on payment_methods
  (organization_id, payment_provider_customer_id) where is_connection_default and deleted_at is null;

-- A charge that nobody named a method for moves with the customer's default connection until it is sent.
alter table payments add column follows_default boolean not null default false;
