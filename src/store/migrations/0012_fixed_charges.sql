-- Add-ons that a plan bills in every period.
create table fixed_charges (
  organization_id uuid not null references organizations,
  id uuid not null,
  plan_id uuid not null,
  -- That of the original plan, in a copy of it.
  parent_id uuid,
  add_on_id uuid not null,
  code text not null,
  invoice_display_name text,
  charge_model text not null check (charge_model in ('standard', 'graduated', 'volume')),
  properties json not null,
  pay_in_advance boolean not null default false,
  prorated boolean not null default false,
  units numeric not null default 0 check (units >= 0),
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, plan_id) references plans,
  foreign key (organization_id, parent_id) references fixed_charges,
  foreign key (organization_id, add_on_id) references add_ons
);
create index fixed_charges_plan on fixed_charges (organization_id, plan_id) where deleted_at is null;
create index fixed_charges_add_on on fixed_charges (organization_id, add_on_id) where deleted_at is null;
create index fixed_charges_parent on fixed_charges (organization_id, parent_id) where parent_id is not null;
create unique index fixed_charges_code on fixed_charges (organization_id, plan_id, code)
  where parent_id is null and deleted_at is null;
call weir_wall('fixed_charges');

alter table plans add column has_fixed_charges boolean not null default false;
alter table plans add column has_fixed_charges_in_advance boolean not null default false;
\ir ../functions/weir_mark_fixed_charges.sql
create trigger mark_fixed_charges after insert or update of deleted_at on fixed_charges
  for each row execute function weir_mark_fixed_charges();

create table fixed_charge_taxes (
  organization_id uuid not null references organizations,
  fixed_charge_id uuid not null,
  tax_id uuid not null,
  primary key (organization_id, fixed_charge_id, tax_id),
  foreign key (organization_id, fixed_charge_id) references fixed_charges,
  foreign key (organization_id, tax_id) references taxes
);
create index fixed_charge_taxes_tax on fixed_charge_taxes (organization_id, tax_id);
call weir_wall('fixed_charge_taxes');

-- How many units a subscription has of a fixed charge, from an instant on. The one that was recorded last counts.
create table fixed_charge_units (
  organization_id uuid not null,
  id uuid not null,
  subscription_id uuid not null,
  fixed_charge_id uuid not null,
  units numeric not null check (units >= 0),
  applies_at timestamptz(3) not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, subscription_id) references subscriptions,
  foreign key (organization_id, fixed_charge_id) references fixed_charges
);
create index fixed_charge_units_subscription on fixed_charge_units
  (organization_id, subscription_id, fixed_charge_id, applies_at);
create index fixed_charge_units_fixed_charge on fixed_charge_units (organization_id, fixed_charge_id);
call weir_wall('fixed_charge_units');

-- Units of its own that a subscription has instead of its plan's.
create table fixed_charge_overrides (
  organization_id uuid not null,
  subscription_id uuid not null,
  fixed_charge_id uuid not null,
  units numeric not null check (units >= 0),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, subscription_id, fixed_charge_id),
  foreign key (organization_id, subscription_id) references subscriptions,
  foreign key (organization_id, fixed_charge_id) references fixed_charges
);
create index fixed_charge_overrides_fixed_charge on fixed_charge_overrides (organization_id, fixed_charge_id);
call weir_wall('fixed_charge_overrides');

alter table fees add column fixed_charge_id uuid;
alter table fees add foreign key (organization_id, fixed_charge_id) references fixed_charges;
create index fees_fixed_charge on fees (organization_id, fixed_charge_id) where fixed_charge_id is not null;
call weir_guard_parts('fees', '{payment_status, succeeded_at, failed_at, refunded_at,
  precise_credit_notes_amount_cents, updated_at}');

-- A start in a trial may bill fixed charges, and the end of the trial the price.
drop index invoice_subscriptions_starting;
create unique index invoice_subscriptions_starting on invoice_subscriptions (organization_id, subscription_id, billing_at)
  where invoicing_reason = 'subscription_starting' and released_at is null;

-- Units that changed at once are billed at once.
alter table due_items drop constraint due_items_kind_check;
alter table due_items add constraint due_items_kind_check check (kind in
  ('advance_usage', 'subscription_activity', 'plan_deletion', 'draft_refresh', 'subscription_start',
    'subscription_end', 'subscription_billing', 'invoice_finalization', 'invoice_overdue', 'trial_end',
    'termination_alert', 'event_validation', 'target_wallets', 'deferred_event', 'customer_days', 'customer_drafts',
    'plan_amount', 'alert_rearming', 'fixed_charge_units'));
