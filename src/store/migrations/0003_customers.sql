create table customers (
  organization_id uuid not null references organizations,
  id uuid not null,
  external_id text not null,
  billing_entity_id uuid not null,
  sequential_id bigint not null,
  slug text not null,
  account_type text not null default 'customer' check (account_type in ('customer', 'partner')),
  customer_type text check (customer_type in ('company', 'individual')),
  name text,
  firstname text,
  lastname text,
  email text,
  country text,
  address_line1 text,
  address_line2 text,
  state text,
  zipcode text,
  city text,
  url text,
  phone text,
  logo_url text,
  legal_name text,
  legal_number text,
  currency text,
  tax_identification_number text,
  timezone text,
  net_payment_term integer,
  external_salesforce_id text,
  finalize_zero_amount_invoice text not null default 'inherit'
    check (finalize_zero_amount_invoice in ('inherit', 'finalize', 'skip')),
  skip_invoice_custom_sections boolean not null default false,
  invoice_grace_period integer,
  document_locale text,
  subscription_invoice_issuing_date_anchor text
    check (subscription_invoice_issuing_date_anchor in ('current_period_end', 'next_period_start')),
  subscription_invoice_issuing_date_adjustment text
    check (subscription_invoice_issuing_date_adjustment in ('keep_anchor', 'align_with_finalization_date')),
  -- {address_line1, address_line2, city, zipcode, state, country}
  shipping_address json,
  -- What the request said about payment providers; they are linked by a later release.
  payment_provider text,
  payment_provider_code text,
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  unique (organization_id, sequential_id),
  foreign key (organization_id, billing_entity_id) references billing_entities
);
create unique index customers_external_id on customers (organization_id, external_id) where deleted_at is null;
create index customers_created on customers (organization_id, created_at desc, id);
call weir_wall('customers');

-- The last number given to a customer of an organization. It has a row of its own, because its lock is held until the
-- transaction ends, and everybody reads organizations.
create table customer_counters (
  organization_id uuid primary key references organizations,
  last_number bigint not null
) with (fillfactor = 50);
call weir_wall('customer_counters');

create table customer_metadata (
  organization_id uuid not null references organizations,
  id uuid not null,
  customer_id uuid not null,
  key text not null,
  value text not null,
  display_in_invoice boolean not null default false,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  unique (organization_id, customer_id, key),
  foreign key (organization_id, customer_id) references customers
);
call weir_wall('customer_metadata');

create table customer_taxes (
  organization_id uuid not null references organizations,
  customer_id uuid not null,
  tax_id uuid not null,
  primary key (organization_id, customer_id, tax_id),
  foreign key (organization_id, customer_id) references customers,
  foreign key (organization_id, tax_id) references taxes
);
call weir_wall('customer_taxes');
-- Which customers have a tax is asked when the tax changes.
create index customer_taxes_tax on customer_taxes (organization_id, tax_id);
