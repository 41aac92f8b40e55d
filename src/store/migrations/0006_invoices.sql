-- Rows of bills refer to their organization through the customer or invoice that they name: every foreign key has the
-- organization in it, and one more look for each row would prove nothing.
create table invoices (
  organization_id uuid not null,
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
  tax_status text check (tax_status in ('pending', 'succeeded', 'failed')),
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
  -- Identifies the event, or the period, for which a progressive invoice was made, so that none is made twice.
  progressive_key text,
  -- The settings from which the dates of a draft were computed: when settings change, the dates move by the difference.
  issuing_settings jsonb,
  -- The transaction that made the invoice final, in which its parts may still be written.
  sealed_in xid8 not null default pg_current_xact_id(),
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
    sub_total_including_taxes_amount_cents - credit_notes_amount_cents - prepaid_credit_amount_cents),
  constraint drafts_have_settings check (status <> 'draft' or issuing_settings is not null),
  constraint final_means_numbered check (status not in ('finalized', 'voided') or
    sequential_id is not null and finalized_at is not null),
  constraint voided_means_dated check (status <> 'voided' or voided_at is not null),
  constraint drafts_are_unpaid check (status <> 'draft' or
    total_paid_amount_cents = 0 and
    payment_status = case total_amount_cents when 0 then 'succeeded' else 'pending' end)
);
create unique index invoices_number on invoices (organization_id, customer_id, billing_entity_id, sequential_id)
  where sequential_id is not null;
create unique index invoices_entity_number on invoices (organization_id, billing_entity_id, entity_sequential_id)
  where entity_sequential_id is not null;
create index invoices_list on invoices (organization_id, issuing_date desc, created_at desc, id);
create index invoices_customer on invoices (organization_id, customer_id, issuing_date desc);
-- Drafts are few among invoices, and a changed setting looks for those of each customer.
create index invoices_drafts on invoices (organization_id, customer_id) where status = 'draft';
create unique index invoices_progressive_key on invoices (organization_id, progressive_key)
  where progressive_key is not null;
call weir_wall('invoices');

\ir ../functions/weir_guard_invoice.sql
\ir ../functions/weir_guard_invoice_part.sql
\ir ../functions/weir_guard_new_invoice_parts.sql
\ir ../functions/weir_guard_fee_part.sql
\ir ../functions/weir_guard_new_fee_parts.sql
\ir ../functions/weir_guard_parts.sql
create trigger guard_invoice before update or delete on invoices
  for each row execute function weir_guard_invoice();

\ir ../functions/weir_flagged_draft_is_due.sql
create trigger flagged_draft_is_due after update of ready_to_be_refreshed on invoices
  for each row when (new.ready_to_be_refreshed and not old.ready_to_be_refreshed and new.status = 'draft')
  execute function weir_flagged_draft_is_due();

-- The last sequential_id of the invoices of a customer from one billing entity. The counters of invoices are locked last
-- of all (docs/decisions/0018), and numbers have no gaps because a transaction that fails gives its own back.
create table customer_invoice_counters (
  organization_id uuid not null references organizations,
  customer_id uuid not null,
  billing_entity_id uuid not null,
  last_number bigint not null,
  primary key (organization_id, customer_id, billing_entity_id),
  foreign key (organization_id, customer_id) references customers,
  foreign key (organization_id, billing_entity_id) references billing_entities
) with (fillfactor = 50);
call weir_wall('customer_invoice_counters');

-- The last entity_sequential_id of a billing entity that numbers the invoices of all its customers in one sequence.
create table entity_invoice_counters (
  organization_id uuid not null references organizations,
  billing_entity_id uuid not null,
  last_number bigint not null,
  primary key (organization_id, billing_entity_id),
  foreign key (organization_id, billing_entity_id) references billing_entities
) with (fillfactor = 50);
call weir_wall('entity_invoice_counters');

-- Which subscription an invoice bills, for which windows (inclusive ends, as the API shows them).
create table invoice_subscriptions (
  organization_id uuid not null,
  id uuid not null,
  invoice_id uuid not null,
  subscription_id uuid not null,
  invoicing_reason text not null check (invoicing_reason in
    ('subscription_starting', 'subscription_periodic', 'subscription_terminating', 'in_advance_charge',
      'in_advance_charge_periodic', 'progressive_billing')),
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
create index invoice_subscriptions_subscription on invoice_subscriptions
  (organization_id, subscription_id, invoicing_reason, billing_at);
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
call weir_guard_parts('invoice_subscriptions', '{released_at}');

create table fees (
  organization_id uuid not null,
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
  -- Amounts of money fit into 64 bits; the price of one unit is only shown, and must not stop a bill at any size.
  unit_amount_cents numeric not null,
  precise_unit_amount numeric not null,
  precise_progressive_credit_amount_cents numeric(30, 5) not null default 0,
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
  -- {pricing_unit_id, code, short_name, amount_cents, precise_amount_cents, unit_amount_cents, precise_unit_amount,
  -- conversion_rate}
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
  foreign key (organization_id, billing_entity_id) references billing_entities,
  foreign key (organization_id, charge_id) references charges,
  foreign key (organization_id, charge_filter_id) references charge_filters,
  foreign key (organization_id, minimum_commitment_id) references minimum_commitments,
  -- Checked at the end of each statement, so one insert may hold a fee and what refers to it, in any order.
  foreign key (organization_id, true_up_parent_fee_id) references fees,
  foreign key (organization_id, original_fee_id) references fees
);
create index fees_invoice on fees (organization_id, invoice_id) where invoice_id is not null;
create index fees_uninvoiced on fees (organization_id, customer_id) where invoice_id is null;
create index fees_subscription on fees (organization_id, subscription_id, charge_id);
create index fees_customer on fees (organization_id, customer_id);
-- Each fee that is read asks for its true-up, and each that is deleted for whoever refers to it: without this index an
-- invoice of 12,400 fees took 71 s to read.
create index fees_true_up on fees (organization_id, true_up_parent_fee_id) where true_up_parent_fee_id is not null;
create index fees_original on fees (organization_id, original_fee_id) where original_fee_id is not null;
create index fees_list on fees (organization_id, created_at, id);
create index fees_event on fees (organization_id, event_transaction_id) where event_transaction_id is not null;
-- An event is charged in advance once for each charge and filter.
create unique index fees_advance_once on fees (organization_id, subscription_id, charge_id,
  coalesce(charge_filter_id, '00000000-0000-0000-0000-000000000000'), event_transaction_id)
  where event_transaction_id is not null and deleted_at is null;
call weir_wall('fees');
call weir_guard_parts('fees', '{payment_status, succeeded_at, failed_at, refunded_at,
  precise_credit_notes_amount_cents, updated_at}');

create table fee_taxes (
  organization_id uuid not null,
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
call weir_guard_parts('fee_taxes', part_of => 'fee');

create table invoice_taxes (
  organization_id uuid not null,
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
create index invoice_taxes_tax on invoice_taxes (organization_id, tax_id) where tax_id is not null;
call weir_wall('invoice_taxes');
call weir_guard_parts('invoice_taxes');

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

-- What lowers an invoice, by kind: of a progressive credit the source is the progressive invoice.
create table invoice_reductions (
  organization_id uuid not null,
  id uuid not null,
  invoice_id uuid not null,
  kind text not null check (kind in ('progressive_billing', 'coupon', 'credit_note', 'prepaid_credit')),
  source_id uuid not null,
  before_taxes boolean not null check (before_taxes = (kind in ('progressive_billing', 'coupon'))),
  amount_cents bigint not null check (amount_cents >= 0),
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, invoice_id) references invoices
);
create index invoice_reductions_invoice on invoice_reductions (organization_id, invoice_id);
create index invoice_reductions_source on invoice_reductions (organization_id, kind, source_id);
call weir_wall('invoice_reductions');
call weir_guard_parts('invoice_reductions');

-- Everything that is known of an invoice's payment, in the order in which it became known. Its payment status and its
-- paid total follow from these rows (weir_payment_state).
create table invoice_payments (
  organization_id uuid not null references organizations,
  id uuid not null,
  invoice_id uuid not null,
  entry bigint not null generated always as identity,
  -- 'fees': the fees were paid before the invoice was made; 'status': the status was stated, without any money.
  kind text not null check (kind in ('fees', 'status')),
  status text not null check (status in ('pending', 'succeeded', 'failed')),
  amount_cents bigint not null,
  paid_at timestamptz(3) not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, invoice_id) references invoices,
  check (case kind when 'status' then amount_cents = 0 else amount_cents > 0 end),
  check (kind <> 'fees' or status = 'succeeded')
);
create index invoice_payments_invoice on invoice_payments (organization_id, invoice_id, entry);
call weir_wall('invoice_payments');
-- Entries are added and never taken back.
revoke update, delete on invoice_payments from weir_app;
\ir ../functions/weir_payment_state.sql
\ir ../functions/weir_settle_invoices.sql
create trigger invoice_is_settled after insert on invoice_payments
  referencing new table as inserted for each statement execute function weir_settle_invoices();

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
call weir_guard_parts('applied_usage_thresholds');

-- Fees whose amount is beyond what a fee or its invoice holds: the rest of the bill goes out, these are named here, on
-- the invoice and by `weir doctor`.
create table unbilled_fees (
  organization_id uuid not null references organizations,
  id uuid not null,
  -- Null for a fee that no invoice would have carried.
  invoice_id uuid,
  subscription_id uuid,
  charge_id uuid,
  charge_filter_id uuid,
  fee_type text not null check
    (fee_type in ('charge', 'add_on', 'subscription', 'credit', 'commitment', 'fixed_charge')),
  currency text not null,
  units numeric not null,
  amount_cents numeric not null,
  grouped_by json not null default '{}',
  charges_from timestamptz(3),
  charges_to timestamptz(3),
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, invoice_id) references invoices,
  foreign key (organization_id, subscription_id) references subscriptions
);
create index unbilled_fees_invoice on unbilled_fees (organization_id, invoice_id) where invoice_id is not null;
call weir_wall('unbilled_fees');
call weir_guard_parts('unbilled_fees');
