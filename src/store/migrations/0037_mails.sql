-- Mails to customers: one of every event, and one for each time that somebody asks for it again. Their bodies are made
-- anew from what was frozen of their subjects.
create table mails (
  organization_id uuid not null references organizations,
  id uuid not null,
  kind text not null check (kind in ('invoice', 'credit_note', 'receipt', 'payment_request')),
  -- The invoice, credit note, receipt or payment request that it tells of.
  invoice_id uuid,
  credit_note_id uuid,
  payment_receipt_id uuid,
  payment_request_id uuid,
  subject_id uuid generated always as
    (coalesce(invoice_id, credit_note_id, payment_receipt_id, payment_request_id)) stored,
  is_resent boolean not null,
  recipients text[] not null check (cardinality(recipients) > 0),
  cc text[] not null default '{}',
  bcc text[] not null default '{}',
  title text not null,
  locale text not null,
  status text not null default 'queued' check (status in ('queued', 'retrying', 'sent', 'failed', 'skipped')),
  -- Why it was skipped.
  problem text,
  attempts integer not null default 0 check (attempts >= 0),
  next_attempt_at timestamptz(3),
  smtp_code integer,
  smtp_text text check (length(smtp_text) <= 500),
  rejected text[] not null default '{}',
  created_at timestamptz(3) not null,
  sent_at timestamptz(3),
  primary key (organization_id, id),
  foreign key (organization_id, invoice_id) references invoices,
  foreign key (organization_id, credit_note_id) references credit_notes,
  foreign key (organization_id, payment_receipt_id) references payment_receipts,
  foreign key (organization_id, payment_request_id) references payment_requests,
  constraint mail_of_one_subject check (
    num_nonnulls(invoice_id, credit_note_id, payment_receipt_id, payment_request_id) = 1
    and (kind = 'invoice') = (invoice_id is not null) and (kind = 'credit_note') = (credit_note_id is not null)
    and (kind = 'receipt') = (payment_receipt_id is not null)
    and (kind = 'payment_request') = (payment_request_id is not null)),
  check ((status = 'sent') = (sent_at is not null)),
  check ((status = 'skipped') = (problem is not null))
);
-- Whatever crashes, an event has one mail.
create unique index mails_of_event on mails (organization_id, subject_id) where not is_resent;
create index mails_list on mails (organization_id, created_at desc, id);
create index mails_subject on mails (organization_id, subject_id, created_at);
create index mails_invoice on mails (organization_id, invoice_id) where invoice_id is not null;
create index mails_credit_note on mails (organization_id, credit_note_id) where credit_note_id is not null;
create index mails_payment_receipt on mails (organization_id, payment_receipt_id)
  where payment_receipt_id is not null;
create index mails_payment_request on mails (organization_id, payment_request_id)
  where payment_request_id is not null;
call weir_wall('mails');
revoke delete on mails from weir_app;
