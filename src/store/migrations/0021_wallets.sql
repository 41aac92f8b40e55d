-- Prepaid credits of customers. The balances follow from wallet_transactions: only the triggers of that table write them
-- (weir_guard_wallet), so that they cannot drift from it.
create table wallets (
  organization_id uuid not null references organizations,
  id uuid not null,
  customer_id uuid not null,
  -- The entity that sells its credits; null for that of the customer.
  billing_entity_id uuid,
  code text not null,
  name text,
  purchase_order_number text,
  currency text not null,
  -- Currency units per credit.
  rate_amount numeric(30, 5) not null check (rate_amount > 0),
  priority integer not null default 50 check (priority between 1 and 50),
  status text not null default 'active' check (status in ('active', 'terminated')),
  terminated_at timestamptz(3),
  expiration_at timestamptz(3),
  -- The settled transactions: what came in less what went out.
  balance_cents bigint not null default 0 constraint wallet_has_its_floor check (balance_cents >= 0),
  -- The same in credits. A void takes fractions of a cent, so it may differ from the cents, even below zero.
  credits_balance numeric not null default 0,
  consumed_amount_cents bigint not null default 0 check (consumed_amount_cents >= 0),
  consumed_credits numeric not null default 0 check (consumed_credits >= 0),
  last_balance_sync_at timestamptz(3),
  last_consumed_credit_at timestamptz(3),
  -- Usage that is not billed yet and that this wallet is expected to pay, and what it leaves of the balance, as of the
  -- last refresh. What comes in or is voided moves the ongoing balance at once.
  ongoing_usage_balance_cents bigint not null default 0,
  ongoing_balance_cents bigint not null default 0,
  last_ongoing_balance_sync_at timestamptz(3),
  -- Whether the ongoing balance was at or below zero at the last refresh.
  depleted_ongoing_balance boolean not null default false,
  invoice_requires_successful_payment boolean not null default false,
  paid_top_up_min_amount_cents bigint check (paid_top_up_min_amount_cents > 0),
  paid_top_up_max_amount_cents bigint check (paid_top_up_max_amount_cents > 0),
  -- With wallet_targets: what it pays for. Nothing in either means everything.
  allowed_fee_types text[] not null default '{}',
  skip_invoice_custom_sections boolean not null default false,
  payment_method_type text not null default 'provider' check (payment_method_type in ('provider', 'manual')),
  payment_method_id uuid,
  metadata json,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, customer_id) references customers,
  foreign key (organization_id, billing_entity_id) references billing_entities,
  check ((status = 'terminated') = (terminated_at is not null)),
  check (paid_top_up_max_amount_cents >= paid_top_up_min_amount_cents)
) with (fillfactor = 50);
create unique index wallets_code on wallets (organization_id, customer_id, code) where status = 'active';
create index wallets_customer on wallets (organization_id, customer_id, status);
create index wallets_list on wallets (organization_id, created_at desc, id);
call weir_wall('wallets');
\ir ../functions/weir_guard_wallet.sql
create trigger guard_wallet before insert or update on wallets
  for each row execute function weir_guard_wallet();

-- The metrics whose usage a wallet is limited to.
create table wallet_targets (
  organization_id uuid not null,
  wallet_id uuid not null,
  billable_metric_id uuid not null,
  primary key (organization_id, wallet_id, billable_metric_id),
  foreign key (organization_id, wallet_id) references wallets,
  foreign key (organization_id, billable_metric_id) references billable_metrics
);
create index wallet_targets_metric on wallet_targets (organization_id, billable_metric_id);
call weir_wall('wallet_targets');

-- Top-ups of a wallet that repeat.
create table recurring_transaction_rules (
  organization_id uuid not null,
  id uuid not null,
  wallet_id uuid not null,
  status text not null default 'active' check (status in ('active', 'terminated')),
  terminated_at timestamptz(3),
  trigger text not null check (trigger in ('interval', 'threshold')),
  interval text check (interval in ('weekly', 'monthly', 'quarterly', 'semiannual', 'yearly')),
  threshold_credits numeric(30, 5) not null default 0,
  method text not null default 'fixed' check (method in ('fixed', 'target')),
  paid_credits numeric(30, 5) not null default 0 check (paid_credits >= 0),
  granted_credits numeric(30, 5) not null default 0 check (granted_credits >= 0),
  target_ongoing_balance numeric(30, 5),
  grants_target_top_up boolean,
  -- The day that an interval counts from; null for that of the wallet.
  started_at timestamptz(3),
  expiration_at timestamptz(3),
  invoice_requires_successful_payment boolean not null default false,
  ignore_paid_top_up_limits boolean not null default false,
  -- [{"key", "value"}]
  transaction_metadata json not null default '[]',
  transaction_name text,
  purchase_order_number text,
  skip_invoice_custom_sections boolean not null default false,
  payment_method_type text not null default 'provider' check (payment_method_type in ('provider', 'manual')),
  payment_method_id uuid,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, wallet_id) references wallets,
  check ((status = 'terminated') = (terminated_at is not null)),
  check ((trigger = 'interval') = (interval is not null)),
  check (method <> 'target' or target_ongoing_balance is not null)
);
create unique index recurring_transaction_rules_active on recurring_transaction_rules (organization_id, wallet_id)
  where status = 'active';
create index recurring_transaction_rules_wallet on recurring_transaction_rules (organization_id, wallet_id);
call weir_wall('recurring_transaction_rules');

-- Everything that enters or leaves a wallet. A row is never deleted, and once settled only its remainder changes
-- (weir_guard_wallet_transaction).
create table wallet_transactions (
  organization_id uuid not null,
  id uuid not null,
  wallet_id uuid not null,
  transaction_type text not null check (transaction_type in ('inbound', 'outbound')),
  transaction_status text not null check (transaction_status in ('purchased', 'granted', 'voided', 'invoiced')),
  status text not null check (status in ('pending', 'settled', 'failed')),
  source text not null default 'manual' check (source in ('manual', 'interval', 'threshold')),
  amount_cents bigint not null check (amount_cents > 0),
  credit_amount numeric(30, 5) not null check (credit_amount >= 0),
  -- Of a settled inbound transaction: what no outbound one has taken yet.
  remaining_amount_cents bigint constraint wallet_transaction_is_not_overspent
    check (remaining_amount_cents between 0 and amount_cents),
  has_remaining boolean generated always as (coalesce(remaining_amount_cents, 0) > 0) stored,
  priority integer not null default 50 check (priority between 1 and 50),
  name text,
  purchase_order_number text,
  billing_entity_id uuid,
  -- The invoice that sells a purchase, or that an invoiced transaction pays.
  invoice_id uuid,
  -- The refund that voided these credits.
  credit_note_id uuid,
  -- The voided invoice whose credits a grant gives back.
  voided_invoice_id uuid,
  invoice_requires_successful_payment boolean not null default false,
  -- [{"key", "value"}]
  metadata json not null default '[]',
  skip_invoice_custom_sections boolean not null default false,
  payment_method_type text not null default 'provider' check (payment_method_type in ('provider', 'manual')),
  payment_method_id uuid,
  settled_at timestamptz(3),
  failed_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, wallet_id) references wallets,
  foreign key (organization_id, billing_entity_id) references billing_entities,
  foreign key (organization_id, invoice_id) references invoices,
  foreign key (organization_id, voided_invoice_id) references invoices,
  check ((transaction_type = 'inbound') = (transaction_status in ('purchased', 'granted'))),
  check (status = 'settled' or transaction_status = 'purchased'),
  check ((status = 'settled') = (settled_at is not null)),
  check (status <> 'failed' or failed_at is not null),
  check ((remaining_amount_cents is not null) = (transaction_type = 'inbound' and status = 'settled'))
) with (fillfactor = 70);
create index wallet_transactions_list on wallet_transactions (organization_id, wallet_id, created_at desc, id);
-- What a wallet can spend, in the order in which it does.
create index wallet_transactions_remaining on wallet_transactions
  (organization_id, wallet_id, priority, transaction_status, created_at, id) where has_remaining;
create index wallet_transactions_pending on wallet_transactions (organization_id, wallet_id) where status = 'pending';
create index wallet_transactions_invoice on wallet_transactions (organization_id, invoice_id)
  where invoice_id is not null;
create index wallet_transactions_voided_invoice on wallet_transactions (organization_id, voided_invoice_id)
  where voided_invoice_id is not null;
-- An invoice takes from a wallet once, and a purchase has an invoice of its own.
create unique index wallet_transactions_invoiced_once on wallet_transactions (organization_id, wallet_id, invoice_id)
  where transaction_status = 'invoiced';
create unique index wallet_transactions_purchased_once on wallet_transactions (organization_id, invoice_id)
  where transaction_status = 'purchased';
call weir_wall('wallet_transactions');
revoke delete on wallet_transactions from weir_app;

-- How much of an inbound transaction an outbound one took.
create table wallet_transaction_consumptions (
  organization_id uuid not null,
  id uuid not null,
  inbound_wallet_transaction_id uuid not null,
  outbound_wallet_transaction_id uuid not null,
  amount_cents bigint not null check (amount_cents > 0),
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, inbound_wallet_transaction_id) references wallet_transactions,
  foreign key (organization_id, outbound_wallet_transaction_id) references wallet_transactions
);
create unique index wallet_transaction_consumptions_outbound on wallet_transaction_consumptions
  (organization_id, outbound_wallet_transaction_id, inbound_wallet_transaction_id);
create index wallet_transaction_consumptions_inbound on wallet_transaction_consumptions
  (organization_id, inbound_wallet_transaction_id, created_at, id);
call weir_wall('wallet_transaction_consumptions');
revoke update, delete on wallet_transaction_consumptions from weir_app;

\ir ../functions/weir_guard_wallet_transaction.sql
create trigger guard_wallet_transaction before insert or update on wallet_transactions
  for each row execute function weir_guard_wallet_transaction();
\ir ../functions/weir_move_wallets.sql
create trigger move_wallets after insert on wallet_transactions
  referencing new table as new_rows for each statement execute function weir_move_wallets();
\ir ../functions/weir_settle_wallets.sql
create trigger settle_wallets after update on wallet_transactions
  referencing old table as old_rows new table as new_rows for each statement execute function weir_settle_wallets();
\ir ../functions/weir_consume_credits.sql
create trigger consume_credits after insert on wallet_transaction_consumptions
  referencing new table as new_rows for each statement execute function weir_consume_credits();
\ir ../functions/weir_check_outbound.sql
create constraint trigger check_outbound after insert on wallet_transactions deferrable initially deferred
  for each row when (new.transaction_type = 'outbound') execute function weir_check_outbound();

-- Top-ups that were asked for and are not carried out yet, each with a due item: those of a new wallet and of rules.
create table wallet_top_ups (
  organization_id uuid not null,
  id uuid not null,
  wallet_id uuid not null,
  source text not null check (source in ('manual', 'interval', 'threshold')),
  paid_credits numeric(30, 5) not null default 0 check (paid_credits >= 0),
  granted_credits numeric(30, 5) not null default 0 check (granted_credits >= 0),
  name text,
  priority integer not null default 50 check (priority between 1 and 50),
  metadata json not null default '[]',
  purchase_order_number text,
  invoice_requires_successful_payment boolean not null,
  ignore_paid_top_up_limits boolean not null default false,
  skip_invoice_custom_sections boolean not null default false,
  payment_method_type text not null default 'provider' check (payment_method_type in ('provider', 'manual')),
  payment_method_id uuid,
  -- The rule whose custom sections the purchase takes over.
  recurring_transaction_rule_id uuid,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, wallet_id) references wallets,
  foreign key (organization_id, recurring_transaction_rule_id) references recurring_transaction_rules
);
-- A threshold that is passed again while its top-up waits asks for nothing more.
create unique index wallet_top_ups_threshold on wallet_top_ups (organization_id, wallet_id)
  where source = 'threshold';
create index wallet_top_ups_wallet on wallet_top_ups (organization_id, wallet_id);
call weir_wall('wallet_top_ups');

-- What the invoices of purchases print.
alter table selected_custom_sections
  add column wallet_id uuid,
  add column wallet_transaction_id uuid,
  add column recurring_transaction_rule_id uuid,
  add foreign key (organization_id, wallet_id) references wallets,
  add foreign key (organization_id, wallet_transaction_id) references wallet_transactions,
  add foreign key (organization_id, recurring_transaction_rule_id) references recurring_transaction_rules,
  drop constraint selected_custom_sections_check,
  add constraint selected_custom_sections_owner check (num_nonnulls(billing_entity_id, customer_id, subscription_id,
    wallet_id, wallet_transaction_id, recurring_transaction_rule_id) = 1);
create unique index selected_custom_sections_of_wallet on selected_custom_sections
  (organization_id, wallet_id, section_id) where wallet_id is not null;
create unique index selected_custom_sections_of_wallet_transaction on selected_custom_sections
  (organization_id, wallet_transaction_id, section_id) where wallet_transaction_id is not null;
create unique index selected_custom_sections_of_rule on selected_custom_sections
  (organization_id, recurring_transaction_rule_id, section_id) where recurring_transaction_rule_id is not null;

-- How much of its prepaid credits were granted and how much was purchased; null for nothing.
alter table invoices
  add column prepaid_granted_credit_amount_cents bigint check (prepaid_granted_credit_amount_cents > 0),
  add column prepaid_purchased_credit_amount_cents bigint check (prepaid_purchased_credit_amount_cents > 0);

-- Alerts of wallets.
alter table alerts
  add column wallet_id uuid,
  add foreign key (organization_id, wallet_id) references wallets;
create unique index alerts_wallet_code on alerts (organization_id, wallet_id, code)
  where deleted_at is null and wallet_id is not null;
create unique index alerts_wallet_kind on alerts (organization_id, wallet_id, alert_type)
  where deleted_at is null and wallet_id is not null;
alter table triggered_alerts
  add column wallet_id uuid,
  add foreign key (organization_id, wallet_id) references wallets;

-- More kinds of due work, beside all that earlier migrations allow. A customer whose ongoing balances wait for a
-- refresh is one with an item of the kind wallet_refresh.
do $$
declare
  known text;
begin
  select pg_get_expr(conbin, conrelid) into strict known
  from pg_constraint
  where conrelid = 'due_items'::regclass and conname = 'due_items_kind_check';
  alter table due_items drop constraint due_items_kind_check;
  execute format('alter table due_items add constraint due_items_kind_check check (%s or kind in (%s))', known,
    '''wallet_expiry'', ''wallet_top_up'', ''wallet_purchase'', ''wallet_refresh'', ''wallet_rule'', '
    '''wallet_rule_expiry''');
end
$$;
