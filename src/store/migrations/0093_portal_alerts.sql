-- Alerts that customers set in the portal. They are checked like all others, and only their customer changes them.
alter table alerts
  add column customer_id uuid,
  add foreign key (organization_id, customer_id) references customers;
create index alerts_of_customer on alerts (organization_id, customer_id, created_at) where customer_id is not null;
-- Those of a customer neither take the place of the organization's own nor are kept from existing by them.
create index triggered_alerts_of_alert on triggered_alerts (organization_id, alert_id, triggered_at);
drop index alerts_kind, alerts_wallet_kind;
create unique index alerts_kind on alerts (organization_id, external_subscription_id, alert_type,
    coalesce(billable_metric_id, '00000000-0000-0000-0000-000000000000'))
  where deleted_at is null and external_subscription_id is not null and customer_id is null;
create unique index alerts_wallet_kind on alerts (organization_id, wallet_id, alert_type)
  where deleted_at is null and wallet_id is not null and customer_id is null;

-- The customer is mailed when one of them is raised.
alter table mails
  drop constraint mails_kind_check,
  drop constraint mail_of_one_subject,
  add column triggered_alert_id uuid,
  add foreign key (organization_id, triggered_alert_id) references triggered_alerts,
  add constraint mails_kind_check check (kind in (
    'invoice', 'credit_note', 'receipt', 'payment_request', 'invitation', 'password_reset', 'portal_link',
    'portal_alert')),
  add constraint mail_of_one_subject check (
    num_nonnulls(invoice_id, credit_note_id, payment_receipt_id, payment_request_id, invite_id, user_id, customer_id) = 1
    and (kind = 'invoice') = (invoice_id is not null) and (kind = 'credit_note') = (credit_note_id is not null)
    and (kind = 'receipt') = (payment_receipt_id is not null)
    and (kind = 'payment_request') = (payment_request_id is not null)
    and (kind = 'invitation') = (invite_id is not null)
    and (kind = 'password_reset') = (user_id is not null)
    and (kind in ('portal_link', 'portal_alert')) = (customer_id is not null)
    and (kind = 'portal_alert') = (triggered_alert_id is not null));
create unique index mails_triggered_alert on mails (organization_id, triggered_alert_id)
  where triggered_alert_id is not null;
