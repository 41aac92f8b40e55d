-- The customer portal: what an organization lets its customers see and do there, and who has opened it.
alter table organizations add portal_parts text[] not null default
  '{usage,amounts,invoices,wallets,top_ups,credit_notes,payment_methods,plan,information}';

create table portal_sessions (
  organization_id uuid not null references organizations,
  id uuid not null,
  customer_id uuid not null,
  -- SHA-256 of the cookie's 256 random bits; the cookie itself is never stored.
  token_hash bytea not null unique,
  -- Opened by a member who looks at what the customer sees.
  is_view_only boolean not null,
  expires_at timestamptz(3) not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, customer_id) references customers
);
create index portal_sessions_age on portal_sessions (expires_at);
create index portal_sessions_customer on portal_sessions (organization_id, customer_id);
call weir_wall('portal_sessions');

-- Where a page at a provider leads back to when a customer asked for it in the portal.
alter table payment_pages add return_url text;

alter table activity_logs drop constraint activity_logs_activity_source_check;
alter table activity_logs add constraint activity_logs_activity_source_check
  check (activity_source in ('api', 'front', 'system', 'admin', 'portal'));
