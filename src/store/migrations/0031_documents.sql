-- Files made of finished objects. What a document says is frozen with its subject (`model`); rendering reads nothing
-- else, and a new rendering is a new version. Rows of a bill's documents refer to their organization through the invoice.
create table documents (
  organization_id uuid not null,
  id uuid not null,
  kind text not null check (kind in ('invoice_pdf')),
  invoice_id uuid not null,
  version integer not null check (version > 0),
  status text not null default 'pending' check (status in ('pending', 'ready', 'failed')),
  reason text not null check (reason in ('issued', 'voided', 'admin', 'asked')),
  -- Whether the file is announced with a webhook when it is ready.
  is_announced boolean not null,
  file_name text not null,
  -- json keeps what was written as it was; jsonb would parse it for nothing.
  model json not null,
  renderer text,
  content_sha256 bytea,
  byte_size integer,
  problems text[] not null default '{}',
  created_at timestamptz(3) not null,
  ready_at timestamptz(3),
  primary key (organization_id, id),
  foreign key (organization_id, invoice_id) references invoices,
  constraint one_version_once unique (organization_id, invoice_id, kind, version),
  constraint ready_means_stored check ((status = 'ready') =
    (content_sha256 is not null and byte_size is not null and ready_at is not null))
);
create index documents_age on documents (created_at);
call weir_wall('documents');

\ir ../functions/weir_guard_document.sql
create trigger guard_document before update on documents for each row execute function weir_guard_document();

-- The bytes of files and of the logos in them, by what they are. Files are compressed already.
create table document_blobs (
  organization_id uuid not null references organizations,
  sha256 bytea not null,
  bytes bytea not null,
  primary key (organization_id, sha256)
);
alter table document_blobs alter column bytes set storage external;
call weir_wall('document_blobs');
