-- What is sold once on an invoice, or every period as a fixed charge of a plan. It is deleted softly: fees go on
-- showing it.
create table add_ons (
  organization_id uuid not null references organizations,
  id uuid not null,
  code text not null,
  name text not null,
  invoice_display_name text,
  description text,
  amount_cents bigint not null check (amount_cents > 0),
  amount_currency text not null,
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id)
);
create unique index add_ons_code on add_ons (organization_id, code) where deleted_at is null;
call weir_wall('add_ons');

create table add_on_taxes (
  organization_id uuid not null references organizations,
  add_on_id uuid not null,
  tax_id uuid not null,
  primary key (organization_id, add_on_id, tax_id),
  foreign key (organization_id, add_on_id) references add_ons,
  foreign key (organization_id, tax_id) references taxes
);
create index add_on_taxes_tax on add_on_taxes (organization_id, tax_id);
call weir_wall('add_on_taxes');

alter table fees add column add_on_id uuid;
alter table fees add foreign key (organization_id, add_on_id) references add_ons;
create index fees_add_on on fees (organization_id, add_on_id) where add_on_id is not null;
call weir_guard_parts('fees', '{payment_status, succeeded_at, failed_at, refunded_at,
  precise_credit_notes_amount_cents, updated_at}');
