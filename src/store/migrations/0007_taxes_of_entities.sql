-- "Applied to the organization" means applied to its default billing entity: billing_entity_taxes is the truth.
alter table taxes drop column is_applied_to_organization;

-- Whose taxes has this one: asked when a tax changes.
create index customer_taxes_tax on customer_taxes (organization_id, tax_id);
create index billing_entity_taxes_tax on billing_entity_taxes (organization_id, tax_id);
create index invoice_taxes_tax on invoice_taxes (organization_id, tax_id) where tax_id is not null;
-- Drafts are few among invoices, and are looked for by their customer whenever a setting changes.
create index invoices_drafts on invoices (organization_id, customer_id) where status = 'draft';
