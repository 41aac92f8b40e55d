-- A customer whose link to the portal has lapsed is mailed a new one. It is made when the mail is sent, and not stored.
alter table mails
  drop constraint mails_kind_check,
  drop constraint mail_of_one_subject,
  add column customer_id uuid,
  add foreign key (organization_id, customer_id) references customers,
  add constraint mails_kind_check check (kind in (
    'invoice', 'credit_note', 'receipt', 'payment_request', 'invitation', 'password_reset', 'portal_link')),
  add constraint mail_of_one_subject check (
    num_nonnulls(invoice_id, credit_note_id, payment_receipt_id, payment_request_id, invite_id, user_id, customer_id) = 1
    and (kind = 'invoice') = (invoice_id is not null) and (kind = 'credit_note') = (credit_note_id is not null)
    and (kind = 'receipt') = (payment_receipt_id is not null)
    and (kind = 'payment_request') = (payment_request_id is not null)
    and (kind = 'invitation') = (invite_id is not null)
    and (kind = 'password_reset') = (user_id is not null)
    and (kind = 'portal_link') = (customer_id is not null));
create index mails_customer on mails (organization_id, customer_id, created_at) where customer_id is not null;
