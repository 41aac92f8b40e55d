-- Blocks of text that are printed on invoices. A billing entity, a customer or a subscription selects some; the more
-- specific selection counts. Deleted softly: invoices keep their own copies.
create table invoice_custom_sections (
  organization_id uuid not null references organizations,
  id uuid not null,
  code text not null,
  name text not null,
  description text,
  details text,
  display_name text,
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id)
);
create unique index invoice_custom_sections_code on invoice_custom_sections (organization_id, code)
  where deleted_at is null;
call weir_wall('invoice_custom_sections');

-- Exactly one of the owners is set.
create table selected_custom_sections (
  organization_id uuid not null references organizations,
  id uuid not null,
  section_id uuid not null,
  billing_entity_id uuid,
  customer_id uuid,
  subscription_id uuid,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, section_id) references invoice_custom_sections,
  foreign key (organization_id, billing_entity_id) references billing_entities,
  foreign key (organization_id, customer_id) references customers,
  foreign key (organization_id, subscription_id) references subscriptions,
  check (num_nonnulls(billing_entity_id, customer_id, subscription_id) = 1)
);
create unique index selected_custom_sections_of_entity on selected_custom_sections
  (organization_id, billing_entity_id, section_id) where billing_entity_id is not null;
create unique index selected_custom_sections_of_customer on selected_custom_sections
  (organization_id, customer_id, section_id) where customer_id is not null;
create unique index selected_custom_sections_of_subscription on selected_custom_sections
  (organization_id, subscription_id, section_id) where subscription_id is not null;
create index selected_custom_sections_section on selected_custom_sections (organization_id, section_id);
call weir_wall('selected_custom_sections');

alter table subscriptions add column skip_invoice_custom_sections boolean not null default false;

-- The sections of an invoice as they were when it was made.
create table applied_custom_sections (
  organization_id uuid not null,
  id uuid not null,
  invoice_id uuid not null,
  section_id uuid not null,
  code text not null,
  name text not null,
  display_name text,
  details text,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, invoice_id) references invoices
);
create index applied_custom_sections_invoice on applied_custom_sections (organization_id, invoice_id);
call weir_wall('applied_custom_sections');
call weir_guard_parts('applied_custom_sections');
