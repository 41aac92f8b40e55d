-- Requests for access to accounts at GoCardless that somebody was sent to agree to; only the hash of what proves them.
create table provider_authorizations (
  organization_id uuid not null references organizations,
  state_hash bytea not null,
  environment text not null check (environment in ('live', 'sandbox')),
  redirect_uri text not null,
  used_at timestamptz(3),
  created_at timestamptz(3) not null,
  primary key (organization_id, state_hash)
);
call weir_wall('provider_authorizations');
