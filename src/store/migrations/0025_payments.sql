-- Payments of invoices and of payment requests, receipts, and requests themselves.
create table payment_requests (
  organization_id uuid not null references organizations,
  id uuid not null,
  customer_id uuid not null,
  email text,
  amount_cents bigint not null check (amount_cents >= 0),
  amount_currency text not null,
  payment_status text not null default 'pending' check (payment_status in ('pending', 'succeeded', 'failed')),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, customer_id) references customers
);
create index payment_requests_list on payment_requests (organization_id, created_at desc, id);
create index payment_requests_customer on payment_requests (organization_id, customer_id, created_at desc);
call weir_wall('payment_requests');

create table payment_request_invoices (
  organization_id uuid not null,
  payment_request_id uuid not null,
  invoice_id uuid not null,
  primary key (organization_id, payment_request_id, invoice_id),
  foreign key (organization_id, payment_request_id) references payment_requests,
  foreign key (organization_id, invoice_id) references invoices
);
create index payment_request_invoices_invoice on payment_request_invoices (organization_id, invoice_id);
call weir_wall('payment_request_invoices');
revoke update, delete on payment_request_invoices from weir_app;

create table payments (
  organization_id uuid not null references organizations,
  id uuid not null,
  customer_id uuid not null,
  -- What is paid: one invoice, or all invoices of a payment request.
  invoice_id uuid,
  payment_request_id uuid,
  payment_type text not null check (payment_type in ('manual', 'provider')),
  -- As the provider calls it; a manual payment has succeeded.
  status text not null,
  payment_status text not null check (payment_status in ('pending', 'processing', 'succeeded', 'failed')),
  amount_cents bigint not null check (amount_cents > 0),
  amount_currency text not null,
  reference text,
  -- When the money was paid, which may be long before the payment is recorded.
  paid_at timestamptz(3) not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, customer_id) references customers,
  foreign key (organization_id, invoice_id) references invoices,
  foreign key (organization_id, payment_request_id) references payment_requests,
  check (num_nonnulls(invoice_id, payment_request_id) = 1),
  check (payment_type <> 'manual' or payment_status = 'succeeded' and reference is not null)
);
create index payments_list on payments (organization_id, paid_at desc, id);
create index payments_customer on payments (organization_id, customer_id, paid_at desc);
create index payments_invoice on payments (organization_id, invoice_id) where invoice_id is not null;
create index payments_request on payments (organization_id, payment_request_id) where payment_request_id is not null;
-- A request is paid once.
create unique index payments_of_request on payments (organization_id, payment_request_id)
  where payment_request_id is not null and payment_status = 'succeeded';
call weir_wall('payments');
revoke delete on payments from weir_app;

create table payment_receipts (
  organization_id uuid not null references organizations,
  id uuid not null,
  payment_id uuid not null,
  number text not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  unique (organization_id, payment_id),
  unique (organization_id, number),
  foreign key (organization_id, payment_id) references payments
);
create index payment_receipts_list on payment_receipts (organization_id, created_at desc, id);
call weir_wall('payment_receipts');
revoke update, delete on payment_receipts from weir_app;

-- The last number of a customer's receipts; locked last, like the counters of invoices (docs/decisions/0018).
create table customer_receipt_counters (
  organization_id uuid not null references organizations,
  customer_id uuid not null,
  last_number bigint not null,
  primary key (organization_id, customer_id),
  foreign key (organization_id, customer_id) references customers
) with (fillfactor = 50);
call weir_wall('customer_receipt_counters');

-- Cards and mandates with which customers pay, as payment providers tell of them.
create table payment_methods (
  organization_id uuid not null references organizations,
  id uuid not null,
  customer_id uuid not null,
  payment_provider_type text not null check (payment_provider_type in
    ('adyen', 'cashfree', 'gocardless', 'stripe', 'flutterwave', 'moneyhash')),
  payment_provider_code text,
  payment_provider_name text,
  provider_method_id text not null,
  is_default boolean not null default false,
  deleted_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, customer_id) references customers
);
create index payment_methods_customer on payment_methods (organization_id, customer_id) where deleted_at is null;
create unique index payment_methods_default on payment_methods (organization_id, customer_id)
  where is_default and deleted_at is null;
call weir_wall('payment_methods');

-- The ledger also holds money that was received (`payment`) and what a credit note offsets (`offset`).
alter table invoice_payments
  add column payment_id uuid,
  add column credit_note_id uuid,
  add foreign key (organization_id, payment_id) references payments,
  add foreign key (organization_id, credit_note_id) references credit_notes,
  drop constraint invoice_payments_kind_check,
  drop constraint invoice_payments_check1,
  add constraint invoice_payments_kind_check check (kind in ('fees', 'status', 'payment', 'offset')),
  add constraint money_has_arrived check (kind = 'status' or status = 'succeeded'),
  add constraint payments_are_known check ((kind = 'payment') = (payment_id is not null)),
  add constraint offsets_are_of_notes check ((kind = 'offset') = (credit_note_id is not null));
create unique index invoice_payments_payment on invoice_payments (organization_id, payment_id, invoice_id)
  where payment_id is not null;
create unique index invoice_payments_note on invoice_payments (organization_id, credit_note_id, invoice_id)
  where credit_note_id is not null;

\ir ../functions/weir_check_payment.sql
create constraint trigger payment_is_entered after insert or update of amount_cents, payment_status on payments
  deferrable initially deferred for each row execute function weir_check_payment();
create constraint trigger payment_is_entered after insert on invoice_payments
  deferrable initially deferred for each row when (new.payment_id is not null)
  execute function weir_check_payment();

alter table invoices add column offset_amount_cents bigint not null default 0;
-- Whoever pays at the same time waits for the invoice in weir_settle_invoices, so the sum is always of all payments.
alter table invoices add constraint no_more_than_the_total_is_paid check
  (status in ('generating', 'draft', 'pending') or total_paid_amount_cents + offset_amount_cents <= total_amount_cents);

drop function weir_payment_state(uuid, uuid);
\ir ../functions/weir_payment_state.sql
\ir ../functions/weir_settle_invoices.sql
\ir ../functions/weir_guard_invoice.sql
