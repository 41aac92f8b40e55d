-- Payments by providers: what was asked for, what is known of it, and since when.
alter table payments
  add column origin text not null default 'manual' check (origin in ('charge', 'page', 'manual', 'recovered')),
  add column state text not null default 'succeeded' check (state in ('created', 'sending', 'unknown',
    'action_required', 'processing', 'succeeded', 'failed', 'canceled', 'held')),
  add column payment_provider_id uuid,
  add column payment_provider_customer_id uuid,
  add column payment_method_id uuid,
  add column provider_payment_id text,
  add column next_action jsonb,
  add column error jsonb,
  -- Whether the payer is there to confirm the payment.
  add column is_on_session boolean not null default false,
  -- Of the order as it was first sent: the same key never carries another one.
  add column order_hash text,
  add column first_sent_at timestamptz(3),
  add column last_sent_at timestamptz(3),
  -- By the system time, whatever the clock of a sandbox shows.
  add column first_called_at timestamptz(3),
  add column sends integer not null default 0,
  add column tries integer not null default 0,
  add column lease_until timestamptz(3),
  add column next_look_at timestamptz(3),
  add column looks integer not null default 0,
  add column absent_since timestamptz(3),
  add column excess_cents bigint not null default 0 check (excess_cents >= 0),
  add column reversed_at timestamptz(3),
  add column reversal_kind text check (reversal_kind in ('dispute', 'late_failure')),
  add column has_succeeded boolean not null default false,
  add column has_failed boolean not null default false,
  add column review text,
  add column hidden boolean not null default false,
  add foreign key (organization_id, payment_provider_id) references payment_providers,
  add foreign key (organization_id, payment_provider_customer_id) references payment_provider_customers,
  add foreign key (organization_id, payment_method_id) references payment_methods,
  add constraint providers_are_known check ((payment_type = 'provider') = (payment_provider_id is not null)),
  add constraint manual_payments_have_succeeded check (payment_type <> 'manual' or state = 'succeeded'),
  add constraint excess_is_part check (excess_cents <= amount_cents),
  add constraint states_show check (payment_status = case state
    when 'succeeded' then 'succeeded' when 'failed' then 'failed' when 'canceled' then 'failed'
    when 'processing' then 'processing' when 'action_required' then 'processing' else 'pending' end);
create unique index payments_at_provider on payments (organization_id, payment_provider_id, provider_payment_id)
  where provider_payment_id is not null;
create index payments_provider on payments (organization_id, payment_provider_id) where payment_provider_id is not null;
create index payments_provider_customer on payments (organization_id, payment_provider_customer_id)
  where payment_provider_customer_id is not null;
create index payments_method on payments (organization_id, payment_method_id) where payment_method_id is not null;
-- Only one charge of an invoice, or of a request, may be under way.
create unique index payments_one_charge on payments (organization_id, invoice_id)
  where origin = 'charge' and state in ('created', 'sending', 'unknown', 'action_required', 'processing', 'held');
create unique index payments_one_charge_of_request on payments (organization_id, payment_request_id)
  where origin = 'charge' and state in ('created', 'sending', 'unknown', 'action_required', 'processing', 'held');
-- A request that was paid twice is paid back once; by hand it is paid once.
drop index payments_of_request;
create unique index payments_of_request on payments (organization_id, payment_request_id)
  where payment_request_id is not null and payment_type = 'manual';
\ir ../functions/weir_check_payment.sql
drop trigger payment_is_entered on payments;
create constraint trigger payment_is_entered after insert or update of amount_cents, payment_status, excess_cents
  on payments deferrable initially deferred for each row execute function weir_check_payment();

-- Each change of a payment, with what caused it.
create table payment_transitions (
  organization_id uuid not null references organizations,
  id uuid not null,
  payment_id uuid not null,
  from_state text not null,
  to_state text not null,
  cause text not null check (cause in ('call', 'message', 'look', 'operator', 'clock')),
  note text,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, payment_id) references payments
);
create index payment_transitions_payment on payment_transitions (organization_id, payment_id, id);
call weir_wall('payment_transitions');
revoke update, delete on payment_transitions from weir_app;

-- Each request to a provider. `subject_id` is a payment, a refund, a page, a link or an account.
create table payment_calls (
  organization_id uuid not null references organizations,
  id uuid not null,
  payment_provider_id uuid not null,
  subject_id uuid not null,
  call text not null,
  idempotency_key text,
  outcome text not null,
  http_code integer,
  request_id text,
  error text,
  started_at timestamptz(3) not null,
  ended_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, payment_provider_id) references payment_providers
);
create index payment_calls_subject on payment_calls (organization_id, subject_id, id);
create index payment_calls_provider on payment_calls (organization_id, payment_provider_id);
call weir_wall('payment_calls');
revoke update, delete on payment_calls from weir_app;

-- Other kinds of due work, beside all that earlier migrations allow.
do $$
declare
  known text;
begin
  select pg_get_expr(conbin, conrelid) into strict known
  from pg_constraint
  where conrelid = 'due_items'::regclass and conname = 'due_items_kind_check';
  alter table due_items drop constraint due_items_kind_check;
  execute format('alter table due_items add constraint due_items_kind_check check (%s or kind in (%s))', known,
    '''invoice_charge'', ''request_charge'', ''payment_attention'', ''refund_attention'', ''provider_probe'', '
    || '''page_expiry''');
end
$$;
