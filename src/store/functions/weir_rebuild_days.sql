-- Computes invoice_days and fee_days of one organization, or of all, anew from its invoices and fees, which nothing may
-- change meanwhile.
create or replace procedure weir_rebuild_days(of_organization uuid default null)
language plpgsql
as $$
begin
  lock table invoices, fees in share row exclusive mode;
  delete from invoice_days where of_organization is null or organization_id = of_organization;
  delete from fee_days where of_organization is null or organization_id = of_organization;
  insert into invoice_days (organization_id, issuing_date, status, payment_status, payment_overdue, invoice_type,
    currency,
    billing_entity_id, self_billed, is_lost, is_partly_paid, invoices, total_amount_cents, is_folded)
  select i.organization_id, i.issuing_date, i.status, i.payment_status, i.payment_overdue, i.invoice_type, i.currency,
    i.billing_entity_id, i.self_billed, i.payment_dispute_lost_at is not null,
    i.total_paid_amount_cents > 0 and i.total_paid_amount_cents < i.total_amount_cents, count(*),
    sum(i.total_amount_cents), true
  from invoices i
  where of_organization is null or i.organization_id = of_organization
  group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11;
  insert into fee_days (organization_id, made_on, fee_type, currency, billing_entity_id, self_billed, is_invoiced,
    charge_id, starts_in, months, fees, amount_cents, coupons_amount_cents, taxes_amount_cents, units, is_folded)
  select f.organization_id, (f.created_at at time zone 'UTC')::date, f.fee_type, f.currency, f.billing_entity_id,
    f.self_billed,
    f.invoice_id is not null, f.charge_id, weir_fee_starts_in(f.fee_type, f.from_at, i.timezone),
    weir_fee_months(f.fee_type, f.from_at, f.to_at), count(*), sum(f.amount_cents), sum(f.precise_coupons_amount_cents),
    sum(f.taxes_precise_amount_cents), sum(f.units), true
  from fees f
  left join invoices i on i.organization_id = f.organization_id and i.id = f.invoice_id
  where f.fee_type in ('charge', 'subscription') and f.deleted_at is null
    and (f.invoice_id is null or weir_invoice_counts(i.status, i.self_billed, i.payment_dispute_lost_at))
    and (of_organization is null or f.organization_id = of_organization)
  group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;
end
$$;
