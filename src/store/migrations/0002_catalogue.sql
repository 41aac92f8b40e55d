\ir ../functions/weir_usage_changed.sql

create table taxes (
  organization_id uuid not null references organizations,
  id uuid not null,
  code text not null,
  name text not null,
  description text,
  rate numeric not null,
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id)
);
create unique index taxes_code on taxes (organization_id, code) where deleted_at is null;
call weir_wall('taxes');

-- A tax "applied to the organization" is one that its default billing entity has.
create table billing_entity_taxes (
  organization_id uuid not null references organizations,
  billing_entity_id uuid not null,
  tax_id uuid not null,
  primary key (organization_id, billing_entity_id, tax_id),
  foreign key (organization_id, billing_entity_id) references billing_entities,
  foreign key (organization_id, tax_id) references taxes
);
call weir_wall('billing_entity_taxes');
create index billing_entity_taxes_tax on billing_entity_taxes (organization_id, tax_id);

create table pricing_units (
  organization_id uuid not null references organizations,
  id uuid not null,
  code text not null,
  name text not null,
  short_name text not null,
  description text,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  unique (organization_id, code)
);
call weir_wall('pricing_units');

create table billable_metrics (
  organization_id uuid not null references organizations,
  id uuid not null,
  code text not null,
  name text not null,
  description text,
  aggregation_type text not null check (aggregation_type in
    ('count_agg', 'sum_agg', 'max_agg', 'unique_count_agg', 'weighted_sum_agg', 'latest_agg', 'custom_agg')),
  field_name text,
  is_recurring boolean not null default false,
  weighted_interval text check (weighted_interval in ('seconds')),
  rounding_function text check (rounding_function in ('round', 'ceil', 'floor')),
  rounding_precision integer,
  expression text,
  -- [{"key", "values": []}], ordered by key, values sorted.
  filters json not null default '[]',
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id)
);
create unique index billable_metrics_code on billable_metrics (organization_id, code) where deleted_at is null;
call weir_wall('billable_metrics');
create trigger usage_changed after insert or update or delete on billable_metrics
  for each statement execute function weir_usage_changed();

create table plans (
  organization_id uuid not null references organizations,
  id uuid not null,
  -- The plan that this one overrides for a subscription.
  parent_id uuid,
  code text not null,
  name text not null,
  invoice_display_name text,
  description text,
  interval text not null check (interval in ('weekly', 'monthly', 'quarterly', 'semiannual', 'yearly')),
  amount_cents bigint not null check (amount_cents >= 0),
  amount_currency text not null,
  pay_in_advance boolean not null default false,
  trial_period numeric,
  bill_charges_monthly boolean,
  bill_fixed_charges_monthly boolean,
  metadata json,
  is_pending_deletion boolean not null default false,
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, parent_id) references plans
);
create unique index plans_code on plans (organization_id, code) where parent_id is null and deleted_at is null;
create index plans_parent on plans (organization_id, parent_id) where parent_id is not null;
call weir_wall('plans');

create table plan_taxes (
  organization_id uuid not null references organizations,
  plan_id uuid not null,
  tax_id uuid not null,
  primary key (organization_id, plan_id, tax_id),
  foreign key (organization_id, plan_id) references plans,
  foreign key (organization_id, tax_id) references taxes
);
create index plan_taxes_tax on plan_taxes (organization_id, tax_id);
call weir_wall('plan_taxes');

create table minimum_commitments (
  organization_id uuid not null references organizations,
  id uuid not null,
  plan_id uuid not null,
  amount_cents bigint not null check (amount_cents > 0),
  invoice_display_name text,
  -- Fees refer to it for good, so it is never deleted.
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, plan_id) references plans
);
create unique index minimum_commitments_plan on minimum_commitments (organization_id, plan_id)
  where deleted_at is null;
call weir_wall('minimum_commitments');

create table minimum_commitment_taxes (
  organization_id uuid not null references organizations,
  minimum_commitment_id uuid not null,
  tax_id uuid not null,
  primary key (organization_id, minimum_commitment_id, tax_id),
  foreign key (organization_id, minimum_commitment_id) references minimum_commitments on delete cascade,
  foreign key (organization_id, tax_id) references taxes
);
create index minimum_commitment_taxes_tax on minimum_commitment_taxes (organization_id, tax_id);
call weir_wall('minimum_commitment_taxes');

create table charges (
  organization_id uuid not null references organizations,
  id uuid not null,
  plan_id uuid not null,
  parent_id uuid,
  billable_metric_id uuid not null,
  code text not null,
  invoice_display_name text,
  charge_model text not null check (charge_model in
    ('standard', 'graduated', 'package', 'percentage', 'volume', 'graduated_percentage', 'custom', 'dynamic')),
  properties json not null,
  pay_in_advance boolean not null default false,
  prorated boolean not null default false,
  invoiceable boolean not null default true,
  regroup_paid_fees text check (regroup_paid_fees in ('invoice')),
  min_amount_cents bigint not null default 0 check (min_amount_cents >= 0),
  accepts_target_wallet boolean not null default false,
  pricing_unit_id uuid,
  conversion_rate numeric,
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, plan_id) references plans,
  foreign key (organization_id, billable_metric_id) references billable_metrics,
  foreign key (organization_id, pricing_unit_id) references pricing_units
);
create index charges_plan on charges (organization_id, plan_id) where deleted_at is null;
create index charges_metric on charges (organization_id, billable_metric_id) where deleted_at is null;
create index charges_parent on charges (organization_id, parent_id) where parent_id is not null;
create unique index charges_code on charges (organization_id, plan_id, code)
  where parent_id is null and deleted_at is null;
call weir_wall('charges');
create trigger usage_changed after insert or update or delete on charges
  for each statement execute function weir_usage_changed();
-- Asked in each storing transaction, and nearly always empty.
create index charges_target_wallet on charges (organization_id, billable_metric_id)
  where accepts_target_wallet and deleted_at is null;

create table charge_taxes (
  organization_id uuid not null references organizations,
  charge_id uuid not null,
  tax_id uuid not null,
  primary key (organization_id, charge_id, tax_id),
  foreign key (organization_id, charge_id) references charges,
  foreign key (organization_id, tax_id) references taxes
);
create index charge_taxes_tax on charge_taxes (organization_id, tax_id);
call weir_wall('charge_taxes');

create table charge_filters (
  organization_id uuid not null references organizations,
  id uuid not null,
  charge_id uuid not null,
  -- {"key": ["value"]} as written, the ALL token kept.
  values json not null,
  properties json not null,
  invoice_display_name text,
  -- Order in the last payload.
  position integer not null,
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, charge_id) references charges
);
create index charge_filters_charge on charge_filters (organization_id, charge_id) where deleted_at is null;
call weir_wall('charge_filters');

create table features (
  organization_id uuid not null references organizations,
  id uuid not null,
  code text not null,
  name text,
  description text,
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id)
);
create unique index features_code on features (organization_id, code) where deleted_at is null;
call weir_wall('features');

create table privileges (
  organization_id uuid not null references organizations,
  id uuid not null,
  feature_id uuid not null,
  code text not null,
  name text,
  value_type text not null check (value_type in ('integer', 'string', 'boolean', 'select')),
  config json not null default '{}',
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, feature_id) references features
);
create unique index privileges_code on privileges (organization_id, feature_id, code) where deleted_at is null;
call weir_wall('privileges');
