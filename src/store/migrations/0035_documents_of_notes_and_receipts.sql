-- Documents of credit notes and of receipts, beside those of invoices: each is of exactly one of the three.
alter table documents
  alter column invoice_id drop not null,
  add column credit_note_id uuid,
  add column payment_receipt_id uuid,
  -- Whichever of the three it is of.
  add column subject_id uuid
    generated always as (coalesce(invoice_id, credit_note_id, payment_receipt_id)) stored,
  add foreign key (organization_id, credit_note_id) references credit_notes,
  add foreign key (organization_id, payment_receipt_id) references payment_receipts,
  drop constraint documents_kind_check,
  add constraint documents_kind_check check (kind in ('invoice_pdf', 'credit_note_pdf', 'receipt_pdf')),
  add constraint document_of_one_subject check (num_nonnulls(invoice_id, credit_note_id, payment_receipt_id) = 1
    and (kind like 'invoice!_%' escape '!') = (invoice_id is not null)
    and (kind like 'credit!_note!_%' escape '!') = (credit_note_id is not null)
    and (kind like 'receipt!_%' escape '!') = (payment_receipt_id is not null)),
  drop constraint one_version_once,
  add constraint one_version_once unique (organization_id, subject_id, kind, version);
create index documents_invoice on documents (organization_id, invoice_id) where invoice_id is not null;
create index documents_credit_note on documents (organization_id, credit_note_id) where credit_note_id is not null;
create index documents_payment_receipt on documents (organization_id, payment_receipt_id)
  where payment_receipt_id is not null;
