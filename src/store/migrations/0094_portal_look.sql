-- The address at which an organization's customers find the portal, in place of the installation's own.
alter table organizations
  add column portal_domain text unique check (portal_domain = lower(portal_domain));

-- What an organization gives its portal to look like: files that everybody may read who knows their hash.
create table portal_files (
  organization_id uuid not null references organizations,
  kind text not null check (kind in ('font', 'favicon', 'logo_dark')),
  -- SHA-256 of the bytes, in hexadecimal digits.
  hash text not null,
  content_type text not null check (content_type in ('font/woff2', 'image/png', 'image/jpeg')),
  bytes bytea not null check (octet_length(bytes) between 1 and 1000000),
  created_at timestamptz(3) not null,
  primary key (organization_id, kind)
);
create index portal_files_hash on portal_files (hash);
call weir_wall('portal_files');
