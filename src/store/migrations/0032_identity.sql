-- Who signs in, what they may do, and where. Users and sessions belong to no organization, so no tenant sees them:
-- weir_app has no right to their tables.

-- The dashboard names organizations by their slug.
update organizations o set slug = o.slug || '-' || right(o.id::text, 6)
where exists (
  select from organizations e where e.slug = o.slug and (e.created_at, e.id) < (o.created_at, o.id));
create unique index organizations_slug on organizations (slug);

alter table users add name text;
create index users_email on users (lower(email));
create index memberships_user on memberships (user_id);

-- The roles that an organization defines besides admin, finance and manager.
create table roles (
  organization_id uuid not null references organizations,
  id uuid not null,
  code text not null,
  name text not null,
  description text,
  permissions text[] not null check (cardinality(permissions) > 0),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  unique (organization_id, code)
);
call weir_wall('roles');

create table sessions (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  -- SHA-256 of the cookie's 256 random bits; the cookie itself is never stored.
  token_hash bytea not null unique,
  ip_address text not null,
  user_agent text not null,
  -- When the password was last given.
  confirmed_at timestamptz(3) not null,
  last_used_at timestamptz(3) not null,
  created_at timestamptz(3) not null
);
create index sessions_user on sessions (user_id);

-- Failed sign-ins by address of the user and by sender, both as SHA-256.
create table sign_in_failures (
  subject bytea primary key,
  failures integer not null check (failures > 0),
  failed_at timestamptz(3) not null
);
create index sign_in_failures_age on sign_in_failures (failed_at);

create table password_resets (
  token_hash bytea primary key,
  user_id uuid not null references users on delete cascade,
  used_at timestamptz(3),
  created_at timestamptz(3) not null
);
create index password_resets_user on password_resets (user_id);

-- The link with which an installation without users gets its first one.
create table owner_links (
  token_hash bytea primary key,
  organization_id uuid not null references organizations,
  created_at timestamptz(3) not null
);

alter table invites
  add invited_by text,
  add revoked_at timestamptz(3);
create unique index invites_open on invites (organization_id, lower(email))
  where accepted_at is null and revoked_at is null;

alter table api_keys add created_by text;

-- Sign-ins, and changes of keys, members, roles and passwords. Kept for 90 days.
create table security_logs (
  organization_id uuid not null references organizations,
  id uuid not null,
  log_type text not null,
  log_event text not null,
  user_id uuid,
  user_email text,
  api_key_id uuid,
  resources jsonb not null,
  ip_address text,
  user_agent text,
  logged_at timestamptz(3) not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, id)
);
create index security_logs_list on security_logs (organization_id, logged_at desc, id);
create index security_logs_age on security_logs (logged_at);
call weir_wall('security_logs');
revoke update, delete on security_logs from weir_app;
