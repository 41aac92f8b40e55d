import type { Invariant } from './invariant.ts'

const INVOICE_DAYS: Invariant = {
  code: 'invoice_days',
  says: 'the invoices of each day and kind are as many, and as much, as lists and analytics count',
  weight: 'error',
  query: `
    select organization_id, issuing_date::text as subject,
      format('%s %s in %s: %s invoices and %s cents more than counted', status, invoice_type, currency, sum(invoices),
        sum(cents)) as detail
    from (
      select i.organization_id, i.issuing_date, i.status, i.payment_status, i.payment_overdue, i.invoice_type,
        i.currency,
        i.billing_entity_id, i.self_billed, i.payment_dispute_lost_at is not null as is_lost,
        i.total_paid_amount_cents > 0 and i.total_paid_amount_cents < i.total_amount_cents as is_partly_paid,
        1 as invoices, i.total_amount_cents as cents
      from invoices i
      union all
      select organization_id, issuing_date, status, payment_status, payment_overdue, invoice_type, currency,
        billing_entity_id, self_billed, is_lost, is_partly_paid, -invoices, -total_amount_cents
      from invoice_days
    ) both_sides
    group by organization_id, issuing_date, status, payment_status, payment_overdue, invoice_type, currency,
      billing_entity_id, self_billed, is_lost, is_partly_paid
    having sum(invoices) <> 0 or sum(cents) <> 0`,
}

const FEE_DAYS: Invariant = {
  code: 'fee_days',
  says: 'the fees of each day and kind come to what analytics add up',
  weight: 'error',
  query: `
    select organization_id, made_on::text as subject,
      format('%s in %s: %s fees and %s cents more than counted', fee_type, currency, sum(fees), sum(cents)) as detail
    from (
      select f.organization_id, (f.created_at at time zone 'UTC')::date as made_on, f.fee_type, f.currency,
        f.billing_entity_id, f.self_billed, f.invoice_id is not null as is_invoiced, f.charge_id,
        weir_fee_starts_in(f.fee_type, f.from_at, i.timezone) as starts_in,
        weir_fee_months(f.fee_type, f.from_at, f.to_at) as months, 1 as fees, f.amount_cents as cents,
        f.precise_coupons_amount_cents as coupons, f.taxes_precise_amount_cents as taxes, f.units
      from fees f
      left join invoices i on i.organization_id = f.organization_id and i.id = f.invoice_id
      where f.fee_type in ('charge', 'subscription') and f.deleted_at is null
        and (f.invoice_id is null or weir_invoice_counts(i.status, i.self_billed, i.payment_dispute_lost_at))
      union all
      select organization_id, made_on, fee_type, currency, billing_entity_id, self_billed, is_invoiced, charge_id,
        starts_in, months, -fees, -amount_cents, -coupons_amount_cents, -taxes_amount_cents, -units
      from fee_days
    ) both_sides
    group by organization_id, made_on, fee_type, currency, billing_entity_id, self_billed, is_invoiced, charge_id,
      starts_in, months
    having sum(fees) <> 0 or sum(cents) <> 0 or sum(coupons) <> 0 or sum(taxes) <> 0 or sum(units) <> 0`,
}

/** What lists and analytics read in place of invoices and fees is what these hold. */
export const DAY_INVARIANTS: readonly Invariant[] = [INVOICE_DAYS, FEE_DAYS]
