create table credit_notes (
  organization_id uuid not null references organizations,
  id uuid not null,
  customer_id uuid not null,
  -- The invoice that it credits. Its number is the invoice's with the sequence of the note.
  invoice_id uuid not null,
  sequential_id integer not null check (sequential_id > 0),
  status text not null check (status in ('draft', 'finalized')),
  credit_status text not null default 'available' check (credit_status in ('available', 'consumed', 'voided')),
  refund_status text check (refund_status in ('pending', 'succeeded', 'failed')),
  refunded_at timestamptz(3),
  reason text not null check (reason in ('duplicated_charge', 'product_unsatisfactory', 'order_change',
    'order_cancellation', 'fraudulent_charge', 'other')),
  -- How it came about: of a draft, this says how it is computed anew.
  cause text not null check (cause in ('request', 'early_end', 'progressive_billing', 'voided_invoice')),
  description text,
  currency text not null,
  issuing_date date not null,
  precise_coupons_adjustment_amount_cents numeric(30, 5) not null,
  sub_total_excluding_taxes_amount_cents bigint not null,
  precise_taxes_amount_cents numeric(30, 5) not null,
  taxes_amount_cents bigint not null,
  taxes_rate numeric not null,
  total_amount_cents bigint not null check (total_amount_cents > 0),
  credit_amount_cents bigint not null check (credit_amount_cents >= 0),
  refund_amount_cents bigint not null check (refund_amount_cents >= 0),
  offset_amount_cents bigint not null check (offset_amount_cents >= 0),
  -- What is left of the credit for later invoices, and what was given up of it.
  balance_amount_cents bigint not null check (balance_amount_cents >= 0),
  voided_amount_cents bigint not null default 0 check (voided_amount_cents >= 0),
  voided_at timestamptz(3),
  metadata json,
  -- The transaction that made it final, in which its parts may still be written.
  sealed_in xid8 not null default pg_current_xact_id(),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (organization_id, id),
  unique (organization_id, invoice_id, sequential_id),
  foreign key (organization_id, customer_id) references customers,
  foreign key (organization_id, invoice_id) references invoices,
  check (total_amount_cents = credit_amount_cents + refund_amount_cents + offset_amount_cents),
  check (balance_amount_cents + voided_amount_cents <= credit_amount_cents),
  check (credit_status = 'available' or balance_amount_cents = 0),
  constraint voided_credit_is_dated check ((credit_status = 'voided') = (voided_at is not null)),
  constraint used_up_means_consumed check
    (status = 'draft' or credit_status <> 'available' or balance_amount_cents > 0 or credit_amount_cents = 0),
  constraint drafts_are_whole check
    (status <> 'draft' or balance_amount_cents = credit_amount_cents and credit_status = 'available'),
  constraint refund_has_status check ((refund_amount_cents > 0) = (refund_status is not null))
);
create index credit_notes_invoice on credit_notes (organization_id, invoice_id);
create index credit_notes_customer on credit_notes (organization_id, customer_id, created_at);
create index credit_notes_list on credit_notes (organization_id, issuing_date desc, created_at desc, id);
-- Billing asks for the open credit of each customer, and few customers have any.
create index credit_notes_open on credit_notes (organization_id, customer_id)
  where status = 'finalized' and balance_amount_cents > 0;
call weir_wall('credit_notes');

create table credit_note_items (
  organization_id uuid not null,
  id uuid not null,
  credit_note_id uuid not null,
  fee_id uuid not null,
  amount_cents bigint not null check (amount_cents >= 0),
  precise_amount_cents numeric(30, 5) not null check (precise_amount_cents >= 0),
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, credit_note_id) references credit_notes on delete cascade,
  -- A draft that is made anew replaces its fees, and the items of its notes are moved in the same transaction.
  foreign key (organization_id, fee_id) references fees deferrable initially deferred
);
create index credit_note_items_note on credit_note_items (organization_id, credit_note_id);
create index credit_note_items_fee on credit_note_items (organization_id, fee_id);
call weir_wall('credit_note_items');

create table credit_note_taxes (
  organization_id uuid not null,
  id uuid not null,
  credit_note_id uuid not null,
  tax_id uuid,
  tax_code text not null,
  tax_name text not null,
  tax_description text,
  tax_rate numeric not null,
  base_amount_cents bigint not null,
  amount_cents bigint not null,
  created_at timestamptz(3) not null,
  primary key (organization_id, id),
  foreign key (organization_id, credit_note_id) references credit_notes on delete cascade
);
create index credit_note_taxes_note on credit_note_taxes (organization_id, credit_note_id);
call weir_wall('credit_note_taxes');

\ir ../functions/weir_guard_credit_note.sql
\ir ../functions/weir_guard_credit_note_part.sql
\ir ../functions/weir_check_credit_note.sql
create trigger guard_credit_note before update or delete on credit_notes
  for each row execute function weir_guard_credit_note();
create trigger guard_part before insert or update or delete on credit_note_items
  for each row execute function weir_guard_credit_note_part();
create trigger guard_part before insert or update or delete on credit_note_taxes
  for each row execute function weir_guard_credit_note_part();
create constraint trigger credit_adds_up
  after insert or update of credit_amount_cents, balance_amount_cents, voided_amount_cents on credit_notes
  deferrable initially deferred for each row execute function weir_check_credit_note();
create constraint trigger credit_was_there after insert or update on invoice_reductions
  deferrable initially deferred for each row when (new.kind = 'credit_note')
  execute function weir_check_credit_note();
create constraint trigger credit_is_given_back after delete on invoice_reductions
  deferrable initially deferred for each row when (old.kind = 'credit_note')
  execute function weir_check_credit_note();

-- An invoice uses a credit note once.
create unique index invoice_reductions_credit_note_once on invoice_reductions (organization_id, invoice_id, source_id)
  where kind = 'credit_note';
