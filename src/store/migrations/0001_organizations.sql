-- The tenant wall (docs/decisions/0003): the application acts as weir_app, which owns nothing and bypasses nothing. A
-- transaction states its organization, and row-level security shows it that organization only.
do $$
begin
  create role weir_app nologin;
exception
  when duplicate_object or unique_violation then null;
end
$$;

-- Since PostgreSQL 16, whoever creates a role is its member but may act as it only after granting themselves that.
do $$
declare
  wanted text := case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end;
begin
  if not pg_has_role(current_user, 'weir_app', wanted) then
    execute format('grant weir_app to %I', current_user);
  end if;
end
$$;

\ir ../functions/weir_organization_id.sql
\ir ../functions/weir_wall.sql

create table organizations (
  id uuid primary key,
  name text not null,
  slug text not null,
  is_sandbox boolean not null default false,
  -- The sandbox clock: null means the system's time.
  clock_at timestamptz(3),
  clock_status text not null default 'ready' check (clock_status in ('advancing', 'ready', 'failed')),
  clock_error text,
  hmac_key text not null,
  default_currency text not null default 'USD',
  country text,
  address_line1 text,
  address_line2 text,
  state text,
  zipcode text,
  email text,
  city text,
  legal_name text,
  legal_number text,
  timezone text not null default 'UTC',
  net_payment_term integer not null default 0 check (net_payment_term >= 0),
  email_settings text[] not null default '{}',
  document_numbering text not null default 'per_customer'
    check (document_numbering in ('per_customer', 'per_organization')),
  document_number_prefix text not null,
  tax_identification_number text,
  finalize_zero_amount_invoice boolean not null default true,
  invoice_footer text,
  invoice_grace_period integer not null default 0 check (invoice_grace_period >= 0),
  document_locale text not null default 'en',
  premium_integrations text[] not null default '{}',
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null
);
alter table organizations enable row level security;
create policy tenant on organizations to weir_app using (id = weir_organization_id());
grant select, update on organizations to weir_app;

create table billing_entities (
  organization_id uuid not null references organizations,
  id uuid not null,
  code text not null,
  name text not null,
  is_default boolean not null default false,
  default_currency text not null default 'USD',
  country text,
  address_line1 text,
  address_line2 text,
  phone text,
  city text,
  state text,
  zipcode text,
  einvoicing boolean not null default false,
  email text,
  legal_name text,
  legal_number text,
  timezone text not null default 'UTC',
  net_payment_term integer not null default 0 check (net_payment_term >= 0),
  email_settings text[] not null default '{}',
  document_numbering text not null default 'per_customer'
    check (document_numbering in ('per_customer', 'per_billing_entity')),
  document_number_prefix text not null,
  tax_identification_number text,
  finalize_zero_amount_invoice boolean not null default true,
  invoice_footer text,
  invoice_grace_period integer not null default 0 check (invoice_grace_period >= 0),
  subscription_invoice_issuing_date_anchor text not null default 'next_period_start'
    check (subscription_invoice_issuing_date_anchor in ('current_period_end', 'next_period_start')),
  subscription_invoice_issuing_date_adjustment text not null default 'align_with_finalization_date'
    check (subscription_invoice_issuing_date_adjustment in ('keep_anchor', 'align_with_finalization_date')),
  document_locale text not null default 'en',
  eu_tax_management boolean not null default false,
  logo bytea,
  logo_content_type text,
  archived_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  unique (organization_id, code)
);
call weir_wall('billing_entities');

create table api_keys (
  organization_id uuid not null references organizations,
  id uuid not null,
  name text,
  -- SHA-256 of the key; the key itself is shown once and never stored.
  secret_hash bytea not null unique,
  last_characters text not null,
  permissions jsonb not null,
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  created_at timestamptz(3) not null,
  primary key (organization_id, id)
);
call weir_wall('api_keys');

create table users (
  id uuid primary key,
  email text not null unique,
  password_hash text,
  created_at timestamptz(3) not null
);

create table memberships (
  organization_id uuid not null references organizations,
  id uuid not null,
  user_id uuid not null references users,
  roles text[] not null default '{admin}',
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  unique (organization_id, user_id)
);
call weir_wall('memberships');

create table invites (
  organization_id uuid not null references organizations,
  id uuid not null,
  email text not null,
  token_hash bytea not null unique,
  roles text[] not null,
  accepted_at timestamptz(3),
  created_at timestamptz(3) not null,
  primary key (organization_id, id)
);
call weir_wall('invites');

-- The answers to requests that carried an Idempotency-Key, written in the same transaction as what the request did
-- (docs/decisions/0011).
create table idempotent_answers (
  organization_id uuid not null references organizations,
  key text not null,
  request_hash bytea not null,
  status integer not null,
  body text not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, key)
);
call weir_wall('idempotent_answers');
-- Old answers are deleted by age, across all organizations.
create index idempotent_answers_created_at on idempotent_answers (created_at);

-- One row for the whole installation: what its processes share.
create table installation (
  singleton boolean primary key default true check (singleton),
  webhook_private_key text not null,
  created_at timestamptz(3) not null
);
