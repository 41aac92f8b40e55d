create table invoices (
  organization_id uuid not null references organizations,
  id uuid not null,
  customer_id uuid not null,
  billing_entity_id uuid not null,
  sequential_id bigint,
  entity_sequential_id bigint,
  number text not null,
  invoice_type text not null check
    (invoice_type in ('subscription', 'add_on', 'credit', 'one_off', 'advance_charges', 'progressive_billing')),
  status text not null check (status in
    ('draft', 'finalized', 'voided', 'failed', 'pending', 'generating', 'open', 'closed', 'deleted')),
  payment_status text not null default 'pending' check (payment_status in ('pending', 'succeeded', 'failed')),
  tax_status text,
  currency text not null,
  timezone text not null,
  issuing_date date not null,
  payment_due_date date not null,
  expected_finalization_date date,
  net_payment_term integer not null,
  -- The instant that the bill was made for; a refresh keeps it.
  billing_at timestamptz(3) not null,
  finalized_at timestamptz(3),
  voided_at timestamptz(3),
  payment_dispute_lost_at timestamptz(3),
  payment_overdue boolean not null default false,
  purchase_order_number text,
  self_billed boolean not null default false,
  skip_psp boolean not null default false,
  ready_to_be_refreshed boolean not null default false,
  fees_amount_cents bigint not null default 0,
  progressive_billing_credit_amount_cents bigint not null default 0,
  coupons_amount_cents bigint not null default 0,
  sub_total_excluding_taxes_amount_cents bigint not null default 0,
  taxes_amount_cents bigint not null default 0,
  taxes_rate numeric not null default 0,
  sub_total_including_taxes_amount_cents bigint not null default 0,
  credit_notes_amount_cents bigint not null default 0,
  prepaid_credit_amount_cents bigint not null default 0,
  total_amount_cents bigint not null default 0 check (total_amount_cents >= 0),
  total_paid_amount_cents bigint not null default 0,
  version_number integer not null default 4,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, customer_id) references customers,
  foreign key (organization_id, billing_entity_id) references billing_entities,
  check (sub_total_excluding_taxes_amount_cents =
    fees_amount_cents - progressive_billing_credit_amount_cents - coupons_amount_cents),
  check (sub_total_including_taxes_amount_cents =
    sub_total_excluding_taxes_amount_cents + taxes_amount_cents),
  check (total_amount_cents =
    sub_total_including_taxes_amount_cents - credit_notes_amount_cents - prepaid_credit_amount_cents)
);
create unique index invoices_number on invoices (organization_id, customer_id, billing_entity_id, sequential_id)
  where sequential_id is not null;
create index invoices_list on invoices (organization_id, issuing_date desc, created_at desc, id);
create index invoices_customer on invoices (organization_id, customer_id, issuing_date desc);
call weir_wall('invoices');

-- A finalized invoice does not change its money, its number or its dates; the database stops a bug here.
create function weir_invoice_is_final() returns trigger
language plpgsql
as $$
begin
  if old.status in ('finalized', 'voided') and (
    new.fees_amount_cents, new.progressive_billing_credit_amount_cents, new.coupons_amount_cents,
    new.taxes_amount_cents, new.credit_notes_amount_cents, new.prepaid_credit_amount_cents,
    new.total_amount_cents, new.number, new.issuing_date, new.currency, new.customer_id
  ) is distinct from (
    old.fees_amount_cents, old.progressive_billing_credit_amount_cents, old.coupons_amount_cents,
    old.taxes_amount_cents, old.credit_notes_amount_cents, old.prepaid_credit_amount_cents,
    old.total_amount_cents, old.number, old.issuing_date, old.currency, old.customer_id
  ) then
    raise exception 'invoice % is final and cannot change', old.id;
  end if;
  return new;
end
$$;
create trigger invoice_is_final before update on invoices
  for each row execute function weir_invoice_is_final();

-- Which subscription an invoice bills, for which windows (inclusive ends, as the API shows them).
create table invoice_subscriptions (
  organization_id uuid not null references organizations,
  id uuid not null,
  invoice_id uuid not null,
  subscription_id uuid not null,
  invoicing_reason text not null,
  -- A periodic bill; one for each subscription and window.
  is_recurring boolean not null default false,
  billing_at timestamptz(3) not null,
  subscription_from timestamptz(3),
  subscription_to timestamptz(3),
  charges_from timestamptz(3),
  charges_to timestamptz(3),
  fixed_charges_from timestamptz(3),
  fixed_charges_to timestamptz(3),
  -- Set when its invoice was voided and made anew, or deleted: the window may be billed again.
  released_at timestamptz(3),
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, invoice_id) references invoices,
  foreign key (organization_id, subscription_id) references subscriptions
);
create index invoice_subscriptions_invoice on invoice_subscriptions (organization_id, invoice_id);
create index invoice_subscriptions_subscription on invoice_subscriptions (organization_id, subscription_id);
-- A period is billed once, however often a bill is run.
create unique index invoice_subscriptions_once on invoice_subscriptions
  (organization_id, subscription_id, charges_from, charges_to)
  where is_recurring and released_at is null and charges_from is not null;
create unique index invoice_subscriptions_periodic_once on invoice_subscriptions
  (organization_id, subscription_id, billing_at) where is_recurring and released_at is null;
create unique index invoice_subscriptions_starting on invoice_subscriptions (organization_id, subscription_id)
  where invoicing_reason = 'subscription_starting' and released_at is null;
create unique index invoice_subscriptions_terminating on invoice_subscriptions (organization_id, subscription_id)
  where invoicing_reason = 'subscription_terminating' and released_at is null;
call weir_wall('invoice_subscriptions');

create table fees (
  organization_id uuid not null references organizations,
  id uuid not null,
  fee_type text not null check
    (fee_type in ('charge', 'add_on', 'subscription', 'credit', 'commitment', 'fixed_charge')),
  invoice_id uuid,
  subscription_id uuid,
  customer_id uuid not null,
  billing_entity_id uuid not null,
  charge_id uuid,
  charge_filter_id uuid,
  minimum_commitment_id uuid,
  true_up_parent_fee_id uuid,
  original_fee_id uuid,
  invoice_display_name text,
  description text,
  currency text not null,
  units numeric not null,
  total_aggregated_units numeric,
  events_count bigint,
  amount_cents bigint not null,
  precise_amount_cents numeric(40, 15) not null,
  unit_amount_cents bigint not null,
  precise_unit_amount numeric(30, 15) not null,
  precise_coupons_amount_cents numeric(30, 5) not null default 0,
  precise_credit_notes_amount_cents numeric(30, 5) not null default 0,
  taxes_amount_cents bigint not null default 0,
  taxes_precise_amount_cents numeric(40, 15) not null default 0,
  taxes_rate numeric not null default 0,
  pay_in_advance boolean not null default false,
  invoiceable boolean not null default true,
  self_billed boolean not null default false,
  payment_status text not null default 'pending'
    check (payment_status in ('pending', 'succeeded', 'failed', 'refunded')),
  succeeded_at timestamptz(3),
  failed_at timestamptz(3),
  refunded_at timestamptz(3),
  amount_details json not null default '{}',
  grouped_by json not null default '{}',
  presentation_breakdowns json not null default '[]',
  -- {pricing_unit_id, code, short_name, amount_cents, precise_amount_cents, unit_amount_cents, precise_unit_amount, conversion_rate}
  pricing_unit json,
  event_transaction_id text,
  event_id uuid,
  -- The period that the fee pays for (inclusive end), and the charges window that it belongs to.
  from_at timestamptz(3),
  to_at timestamptz(3),
  charges_from timestamptz(3),
  charges_to timestamptz(3),
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, invoice_id) references invoices,
  foreign key (organization_id, subscription_id) references subscriptions,
  foreign key (organization_id, customer_id) references customers,
  foreign key (organization_id, charge_id) references charges
);
create index fees_invoice on fees (organization_id, invoice_id) where invoice_id is not null;
create index fees_subscription on fees (organization_id, subscription_id, charge_id);
create index fees_list on fees (organization_id, created_at, id);
create index fees_event on fees (organization_id, event_transaction_id) where event_transaction_id is not null;
-- An event is charged in advance once for each charge and filter.
create unique index fees_advance_once on fees (organization_id, subscription_id, charge_id,
  coalesce(charge_filter_id, '00000000-0000-0000-0000-000000000000'), event_transaction_id)
  where event_transaction_id is not null and deleted_at is null;
call weir_wall('fees');

create table fee_taxes (
  organization_id uuid not null references organizations,
  id uuid not null,
  fee_id uuid not null,
  tax_id uuid,
  tax_code text not null,
  tax_name text not null,
  tax_description text,
  tax_rate numeric not null,
  amount_cents bigint not null,
  precise_amount_cents numeric(40, 15) not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, fee_id) references fees on delete cascade
);
create index fee_taxes_fee on fee_taxes (organization_id, fee_id);
call weir_wall('fee_taxes');

create table invoice_taxes (
  organization_id uuid not null references organizations,
  id uuid not null,
  invoice_id uuid not null,
  tax_id uuid,
  tax_code text not null,
  tax_name text not null,
  tax_description text,
  tax_rate numeric not null,
  amount_cents bigint not null,
  fees_amount_cents numeric not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, invoice_id) references invoices
);
create index invoice_taxes_invoice on invoice_taxes (organization_id, invoice_id);
call weir_wall('invoice_taxes');

create table invoice_metadata (
  organization_id uuid not null references organizations,
  id uuid not null,
  invoice_id uuid not null,
  key text not null,
  value text not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  unique (organization_id, invoice_id, key),
  foreign key (organization_id, invoice_id) references invoices
);
call weir_wall('invoice_metadata');

-- What lowers an invoice: the progressive invoice that it takes as a credit.
create table invoice_credits (
  organization_id uuid not null references organizations,
  id uuid not null,
  invoice_id uuid not null,
  progressive_invoice_id uuid not null,
  amount_cents bigint not null check (amount_cents >= 0),
  before_taxes boolean not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, invoice_id) references invoices,
  foreign key (organization_id, progressive_invoice_id) references invoices
);
create index invoice_credits_invoice on invoice_credits (organization_id, invoice_id);
create index invoice_credits_progressive on invoice_credits (organization_id, progressive_invoice_id);
call weir_wall('invoice_credits');

create table applied_usage_thresholds (
  organization_id uuid not null references organizations,
  id uuid not null,
  invoice_id uuid not null,
  usage_threshold_id uuid not null,
  lifetime_usage_amount_cents bigint not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, invoice_id) references invoices,
  foreign key (organization_id, usage_threshold_id) references usage_thresholds
);
create index applied_usage_thresholds_invoice on applied_usage_thresholds (organization_id, invoice_id);
call weir_wall('applied_usage_thresholds');

create table lifetime_usages (
  organization_id uuid not null references organizations,
  id uuid not null,
  subscription_id uuid not null,
  historical_usage_amount_cents bigint not null default 0 check (historical_usage_amount_cents >= 0),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  unique (organization_id, subscription_id),
  foreign key (organization_id, subscription_id) references subscriptions
);
call weir_wall('lifetime_usages');

create table alerts (
  organization_id uuid not null references organizations,
  id uuid not null,
  external_subscription_id text,
  billable_metric_id uuid,
  alert_type text not null,
  code text not null,
  name text,
  direction text not null default 'increasing',
  -- [{"code", "value", "recurring"}]
  thresholds json not null,
  previous_value numeric not null default 0,
  last_processed_at timestamptz(3),
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, billable_metric_id) references billable_metrics
);
create unique index alerts_code on alerts (organization_id, external_subscription_id, code)
  where deleted_at is null and external_subscription_id is not null;
call weir_wall('alerts');

create table triggered_alerts (
  organization_id uuid not null references organizations,
  id uuid not null,
  alert_id uuid not null,
  subscription_id uuid,
  current_value numeric not null,
  previous_value numeric not null,
  crossed_thresholds json not null,
  triggered_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, alert_id) references alerts
);
call weir_wall('triggered_alerts');
