import { type RawBuilder, sql } from 'kysely'
import { BUYER, FEE, FEE_JOINS, ms, object, SELLER, SUBSCRIPTION } from './model-parts.ts'
import { arrayOf } from './values.ts'

const CENTS = object`
  i.fees_amount_cents::text as "fees", i.progressive_billing_credit_amount_cents::text as "progressive",
  i.coupons_amount_cents::text as "coupons", i.sub_total_excluding_taxes_amount_cents::text as "subtotalExcl",
  i.taxes_amount_cents::text as "taxes", i.sub_total_including_taxes_amount_cents::text as "subtotalIncl",
  i.credit_notes_amount_cents::text as "creditNotes", i.prepaid_credit_amount_cents::text as "prepaid",
  i.prepaid_granted_credit_amount_cents::text as "prepaidGranted",
  i.prepaid_purchased_credit_amount_cents::text as "prepaidPurchased", i.total_amount_cents::text as "total",
  i.total_paid_amount_cents::text as "paid"`

/** Of the organization of an invoice `i`, a list of something; every part of an invoice is few but its fees. */
const SUBSCRIPTIONS = sql`(select coalesce(json_agg(${SUBSCRIPTION} order by s.id), '[]'::json)
  from subscriptions s join plans p on p.organization_id = s.organization_id and p.id = s.plan_id
  where s.organization_id = i.organization_id and s.id in (
    select l.subscription_id from invoice_subscriptions l
    where l.organization_id = i.organization_id and l.invoice_id = i.id
    union select f.subscription_id from fees f where f.organization_id = i.organization_id and f.invoice_id = i.id))`

const TAXES = sql`(select coalesce(json_agg(${object`
  t.tax_code as "code", t.tax_name as "name", t.tax_rate::text as "rate",
  t.amount_cents::text as "amountCents", t.fees_amount_cents::text as "baseCents"`}
    order by t.created_at, t.id), '[]'::json)
  from invoice_taxes t where t.organization_id = i.organization_id and t.invoice_id = i.id)`

const COUPONS = sql`(select coalesce(json_agg(${object`
  cp.name as "name", ac.percentage_rate::text as "percentage", ac.amount_cents::text as "fixedCents",
  ac.amount_currency as "fixedCurrency", r.amount_cents::text as "amountCents"`}
    order by r.created_at, r.id), '[]'::json)
  from invoice_reductions r
  join applied_coupons ac on ac.organization_id = r.organization_id and ac.id = r.source_id
  join coupons cp on cp.organization_id = ac.organization_id and cp.id = ac.coupon_id
  where r.organization_id = i.organization_id and r.invoice_id = i.id and r.kind = 'coupon')`

const THRESHOLDS = sql`(select coalesce(json_agg(${object`
  a.lifetime_usage_amount_cents::text as "usageCents", u.amount_cents::text as "thresholdCents"`}
    order by u.is_recurring, u.amount_cents), '[]'::json)
  from applied_usage_thresholds a
  join usage_thresholds u on u.organization_id = a.organization_id and u.id = a.usage_threshold_id
  where a.organization_id = i.organization_id and a.invoice_id = i.id)`

const SECTIONS = sql`(select coalesce(json_agg(${object`
  x.code as "code", coalesce(nullif(x.display_name, ''), x.name) as "name", x.details as "details"`}
    order by x.created_at, x.id), '[]'::json)
  from applied_custom_sections x where x.organization_id = i.organization_id and x.invoice_id = i.id)`

/**
 * A query for the frozen models of invoices in the form of `FrozenInvoice`, with their `subject_id`, `number` and
 * `billing_entity_id`: built by the database, so that freezing hundreds is one statement whose values never travel.
 */
export function invoiceModels(invoiceIds: readonly string[] | RawBuilder<unknown>): RawBuilder<unknown> {
  const ids = 'toOperationNode' in invoiceIds ? invoiceIds : arrayOf(invoiceIds, 'uuid')
  return sql`
    select i.id as subject_id, i.number, i.billing_entity_id, ${object`
  'invoice' as "kind", null as "mark", coalesce(c.document_locale, b.document_locale) as "locale",
  o.is_sandbox as "isSandbox", i.currency as "currency", i.timezone as "timezone", i.number as "number",
  i.issuing_date as "issuedOn", i.payment_due_date as "dueOn", i.net_payment_term as "netPaymentTerm",
  i.purchase_order_number as "purchaseOrder", i.self_billed as "isSelfBilled",
  i.invoice_type as "invoiceType", ${ms('i.voided_at')} as "voidedAt", ${SELLER} as "seller",
  ${BUYER} as "buyer", ${CENTS} as "cents", ${SUBSCRIPTIONS} as "subscriptions", ${TAXES} as "taxes",
  ${COUPONS} as "coupons", ${THRESHOLDS} as "thresholds", ${SECTIONS} as "sections",
  coalesce(fees.list, '[]'::json) as "fees"`} as model
    from invoices i
    join customers c on c.organization_id = i.organization_id and c.id = i.customer_id
    join billing_entities b on b.organization_id = i.organization_id and b.id = i.billing_entity_id
    join organizations o on o.id = i.organization_id
    left join lateral (
      select json_agg(${FEE} order by f.created_at, f.id) as list
      from fees f
      ${FEE_JOINS}
      where f.organization_id = i.organization_id and f.invoice_id = i.id and f.deleted_at is null
    ) fees on true
    where i.id = any(${ids})`
}
