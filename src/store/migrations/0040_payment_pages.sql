-- Pages at a provider on which an invoice or a payment request is paid.
create table payment_pages (
  organization_id uuid not null references organizations,
  id uuid not null,
  customer_id uuid not null,
  invoice_id uuid,
  payment_request_id uuid,
  payment_provider_id uuid not null,
  payment_provider_customer_id uuid not null,
  amount_cents bigint not null check (amount_cents > 0),
  amount_currency text not null,
  status text not null check (status in ('opening', 'active', 'expired', 'paid')),
  -- Null until the provider has answered.
  provider_page_id text,
  url text,
  expires_at timestamptz(3) not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, customer_id) references customers,
  foreign key (organization_id, invoice_id) references invoices,
  foreign key (organization_id, payment_request_id) references payment_requests,
  foreign key (organization_id, payment_provider_id) references payment_providers,
  foreign key (organization_id, payment_provider_customer_id) references payment_provider_customers,
  check (num_nonnulls(invoice_id, payment_request_id) = 1),
  check (status not in ('active', 'paid') or url is not null)
);
create index payment_pages_invoice on payment_pages (organization_id, invoice_id) where invoice_id is not null;
create index payment_pages_request on payment_pages (organization_id, payment_request_id)
  where payment_request_id is not null;
create unique index payment_pages_one on payment_pages (organization_id, coalesce(invoice_id, payment_request_id))
  where status in ('opening', 'active');
create index payment_pages_customer on payment_pages (organization_id, customer_id);
create index payment_pages_provider on payment_pages (organization_id, payment_provider_id);
create index payment_pages_link on payment_pages (organization_id, payment_provider_customer_id);
create index payment_pages_there on payment_pages (organization_id, provider_page_id);
call weir_wall('payment_pages');
revoke delete on payment_pages from weir_app;

-- Money that goes back.
create table refunds (
  organization_id uuid not null references organizations,
  id uuid not null,
  payment_id uuid not null,
  credit_note_id uuid,
  reason text not null check (reason in ('credit_note', 'duplicate', 'activation_expired', 'voided_invoice')),
  amount_cents bigint not null check (amount_cents > 0),
  amount_currency text not null,
  idempotency_key text not null,
  state text not null check (state in ('created', 'sending', 'unknown', 'pending', 'succeeded', 'failed')),
  provider_refund_id text,
  error jsonb,
  first_sent_at timestamptz(3),
  last_sent_at timestamptz(3),
  first_called_at timestamptz(3),
  lease_until timestamptz(3),
  next_look_at timestamptz(3),
  looks integer not null default 0,
  tries integer not null default 0,
  absent_since timestamptz(3),
  is_failure_announced boolean not null default false,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, payment_id) references payments,
  foreign key (organization_id, credit_note_id) references credit_notes
);
create index refunds_payment on refunds (organization_id, payment_id);
create index refunds_list on refunds (organization_id, created_at desc, id);
create unique index refunds_key on refunds (organization_id, idempotency_key);
create unique index refunds_under_way on refunds (organization_id, credit_note_id, payment_id)
  where credit_note_id is not null and state in ('created', 'sending', 'unknown', 'pending');
create index refunds_note on refunds (organization_id, credit_note_id) where credit_note_id is not null;
create index refunds_there on refunds (organization_id, provider_refund_id) where provider_refund_id is not null;
call weir_wall('refunds');
revoke delete on refunds from weir_app;

create table payment_disputes (
  organization_id uuid not null references organizations,
  id uuid not null,
  payment_id uuid not null,
  provider_dispute_id text not null,
  amount_cents bigint not null,
  status text not null check (status in ('open', 'won', 'lost')),
  reason text,
  opened_at timestamptz(3) not null,
  closed_at timestamptz(3),
  primary key (organization_id, id),
  foreign key (organization_id, payment_id) references payments,
  unique (organization_id, payment_id, provider_dispute_id)
);
call weir_wall('payment_disputes');
revoke delete on payment_disputes from weir_app;
