import { type RawBuilder, sql } from 'kysely'
import { BUYER, FEE, FEE_JOINS, ms, SELLER, SUBSCRIPTION } from './model-parts.ts'

const CENTS = sql`json_build_object('fees', i.fees_amount_cents::text,
  'progressive', i.progressive_billing_credit_amount_cents::text, 'coupons', i.coupons_amount_cents::text,
  'subtotalExcl', i.sub_total_excluding_taxes_amount_cents::text, 'taxes', i.taxes_amount_cents::text,
  'subtotalIncl', i.sub_total_including_taxes_amount_cents::text, 'creditNotes', i.credit_notes_amount_cents::text,
  'prepaid', i.prepaid_credit_amount_cents::text, 'prepaidGranted', i.prepaid_granted_credit_amount_cents::text,
  'prepaidPurchased', i.prepaid_purchased_credit_amount_cents::text,
  'total', i.total_amount_cents::text, 'paid', i.total_paid_amount_cents::text)`

/** Of the organization of an invoice `i`, a list of something; every part of an invoice is few but its fees. */
const SUBSCRIPTIONS = sql`(select coalesce(json_agg(${SUBSCRIPTION} order by s.id), '[]'::json)
  from subscriptions s join plans p on p.organization_id = s.organization_id and p.id = s.plan_id
  where s.organization_id = i.organization_id and s.id in (
    select l.subscription_id from invoice_subscriptions l
    where l.organization_id = i.organization_id and l.invoice_id = i.id
    union select f.subscription_id from fees f where f.organization_id = i.organization_id and f.invoice_id = i.id))`

const TAXES = sql`(select coalesce(json_agg(json_build_object('code', t.tax_code, 'name', t.tax_name,
    'rate', t.tax_rate::text, 'amountCents', t.amount_cents::text, 'baseCents', t.fees_amount_cents::text)
    order by t.created_at, t.id), '[]'::json)
  from invoice_taxes t where t.organization_id = i.organization_id and t.invoice_id = i.id)`

const COUPONS = sql`(select coalesce(json_agg(json_build_object('name', cp.name,
    'percentage', ac.percentage_rate::text, 'fixedCents', ac.amount_cents::text,
    'fixedCurrency', ac.amount_currency, 'amountCents', r.amount_cents::text)
    order by r.created_at, r.id), '[]'::json)
  from invoice_reductions r
  join applied_coupons ac on ac.organization_id = r.organization_id and ac.id = r.source_id
  join coupons cp on cp.organization_id = ac.organization_id and cp.id = ac.coupon_id
  where r.organization_id = i.organization_id and r.invoice_id = i.id and r.kind = 'coupon')`

const THRESHOLDS = sql`(select coalesce(json_agg(json_build_object('usageCents', a.lifetime_usage_amount_cents::text,
    'thresholdCents', u.amount_cents::text) order by u.is_recurring, u.amount_cents), '[]'::json)
  from applied_usage_thresholds a
  join usage_thresholds u on u.organization_id = a.organization_id and u.id = a.usage_threshold_id
  where a.organization_id = i.organization_id and a.invoice_id = i.id)`

const SECTIONS = sql`(select coalesce(json_agg(json_build_object('code', x.code,
    'name', coalesce(nullif(x.display_name, ''), x.name), 'details', x.details) order by x.created_at, x.id),
    '[]'::json)
  from applied_custom_sections x where x.organization_id = i.organization_id and x.invoice_id = i.id)`

/**
 * A query for the frozen models of invoices in the form of `FrozenInvoice`, with their `subject_id`, `number` and
 * `billing_entity_id`: built by the database, so that freezing hundreds is one statement whose values never travel.
 */
export function invoiceModels(invoiceIds: readonly string[] | RawBuilder<unknown>): RawBuilder<unknown> {
  const ids = 'toOperationNode' in invoiceIds ? invoiceIds : sql`${[...invoiceIds]}::uuid[]`
  return sql`
    select i.id as subject_id, i.number, i.billing_entity_id, json_build_object('kind', 'invoice', 'mark', null,
      'locale', coalesce(c.document_locale, b.document_locale), 'isSandbox', o.is_sandbox, 'currency', i.currency,
      'timezone', i.timezone, 'number', i.number, 'issuedOn', i.issuing_date, 'dueOn', i.payment_due_date,
      'netPaymentTerm', i.net_payment_term, 'purchaseOrder', i.purchase_order_number,
      'isSelfBilled', i.self_billed, 'invoiceType', i.invoice_type, 'voidedAt', ${ms('i.voided_at')},
      'seller', ${SELLER}, 'buyer', ${BUYER}, 'cents', ${CENTS}, 'subscriptions', ${SUBSCRIPTIONS},
      'taxes', ${TAXES}, 'coupons', ${COUPONS}, 'thresholds', ${THRESHOLDS}, 'sections', ${SECTIONS},
      'fees', coalesce(fees.list, '[]'::json)) as model
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
