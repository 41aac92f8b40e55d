-- The settings that the dates of a draft were made from (subscriptions-and-invoicing §7.5): new settings move them by
-- the difference, customer by customer after the change.
alter table invoices add column issuing_settings jsonb;
update invoices i set issuing_settings = jsonb_build_object(
  'graceDays', coalesce(c.invoice_grace_period, e.invoice_grace_period),
  'netPaymentTermDays', coalesce(c.net_payment_term, e.net_payment_term),
  'anchor', coalesce(c.subscription_invoice_issuing_date_anchor, e.subscription_invoice_issuing_date_anchor),
  'adjustment',
    coalesce(c.subscription_invoice_issuing_date_adjustment, e.subscription_invoice_issuing_date_adjustment))
from customers c
join billing_entities e on e.organization_id = c.organization_id and e.id = c.billing_entity_id
where c.organization_id = i.organization_id and c.id = i.customer_id and i.status = 'draft';
alter table invoices add constraint drafts_have_settings check (status <> 'draft' or issuing_settings is not null);
