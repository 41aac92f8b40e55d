-- Customers whose VAT number VIES has yet to judge. Until then their invoices wait (docs/rules/taxes.md#vat-numbers).
create table vies_checks (
  organization_id uuid not null references organizations,
  customer_id uuid not null,
  -- Tells the check from an earlier one of the same customer.
  id uuid not null,
  -- Taxes sent with the request that caused the check; the customer keeps them beside the tax of the European Union.
  tax_ids uuid[] not null default '{}',
  -- The first failure is announced, and the retries are not.
  has_failed boolean not null default false,
  created_at timestamptz(3) not null,
  primary key (organization_id, customer_id),
  foreign key (organization_id, customer_id) references customers
);
call weir_wall('vies_checks');

-- Invoices that wait for taxes are few, and are looked up for one customer.
create index invoices_pending on invoices (organization_id, customer_id) where status = 'pending';
