-- The keys that secrets are encrypted with, by id, each with a check that a wrong key fails. Never the keys themselves.
create table encryption_keys (
  id text primary key,
  key_check bytea not null,
  created_at timestamptz(3) not null default now()
);

-- Accounts at payment providers. Secrets are encrypted one by one: {field: text}, and `hints` has their last characters.
create table payment_providers (
  organization_id uuid not null references organizations,
  id uuid not null,
  provider_type text not null check (provider_type in
    ('adyen', 'cashfree', 'gocardless', 'stripe', 'flutterwave', 'moneyhash')),
  code text not null,
  name text not null,
  mode text not null check (mode in ('test', 'live')),
  state text not null default 'active' check (state in ('active', 'failing', 'paused')),
  failing_since timestamptz(3),
  last_error jsonb,
  success_redirect_url text,
  refund_duplicates boolean not null default true,
  settings jsonb not null default '{}',
  secrets jsonb not null default '{}',
  hints jsonb not null default '{}',
  account_id text,
  webhook_state text not null default 'missing' check (webhook_state in ('registered', 'manual', 'missing')),
  -- Messages up to here were asked for and handled.
  swept_until timestamptz(3),
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id)
);
create unique index payment_providers_code on payment_providers (organization_id, code) where deleted_at is null;
create index payment_providers_list on payment_providers (organization_id, created_at desc, id);
call weir_wall('payment_providers');
revoke delete on payment_providers from weir_app;

-- A customer at an account. The id there is null until the provider has answered.
create table payment_provider_customers (
  organization_id uuid not null references organizations,
  id uuid not null,
  customer_id uuid not null,
  payment_provider_id uuid not null,
  provider_customer_id text,
  sync_with_provider boolean not null default false,
  is_default boolean not null default true,
  provider_payment_methods jsonb not null default '[]',
  -- Asked for, and not yet answered; announced once.
  is_announced boolean not null default false,
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, customer_id) references customers,
  foreign key (organization_id, payment_provider_id) references payment_providers
);
create unique index payment_provider_customers_customer on payment_provider_customers (organization_id, customer_id)
  where is_default and deleted_at is null;
create index payment_provider_customers_all on payment_provider_customers (organization_id, customer_id);
create unique index payment_provider_customers_once on payment_provider_customers
  (organization_id, payment_provider_id, customer_id) where deleted_at is null;
create index payment_provider_customers_provider on payment_provider_customers (organization_id, payment_provider_id);
create index payment_provider_customers_there on payment_provider_customers
  (organization_id, payment_provider_id, provider_customer_id) where provider_customer_id is not null;
call weir_wall('payment_provider_customers');
revoke delete on payment_provider_customers from weir_app;

-- What is shown of the default link, with the customer's other settings.
alter table customers
  add column provider_customer_id text,
  add column sync_with_provider boolean not null default false,
  add column provider_payment_methods jsonb;

-- Methods that a provider told of belong to the link of their customer.
alter table payment_methods
  add column payment_provider_id uuid,
  add column payment_provider_customer_id uuid,
  add column provider_method_type text not null default 'card',
  add column details jsonb not null default '{}',
  -- Left out by automatic charges after a fraud was suspected, until somebody pays with it.
  add column is_suspected boolean not null default false,
  add foreign key (organization_id, payment_provider_id) references payment_providers,
  add foreign key (organization_id, payment_provider_customer_id) references payment_provider_customers;
create index payment_methods_provider on payment_methods (organization_id, payment_provider_id)
  where payment_provider_id is not null;
create unique index payment_methods_once on payment_methods
  (organization_id, payment_provider_customer_id, provider_method_id) where deleted_at is null;
create index payment_methods_link on payment_methods (organization_id, payment_provider_customer_id)
  where payment_provider_customer_id is not null;

-- A key that may make others with any permission may connect providers.
update api_keys set permissions = permissions || '{"payment_provider": ["read", "write"]}'
where permissions -> 'api_key' ? 'write' and not permissions ? 'payment_provider';
