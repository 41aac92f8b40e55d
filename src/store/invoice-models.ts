import { type RawBuilder, sql } from 'kysely'

/** The name that a fee is printed with; null where the words of the document say it. */
const FEE_NAME = sql`coalesce(nullif(f.invoice_display_name, ''), case f.fee_type
  when 'charge' then coalesce(nullif(ch.invoice_display_name, ''), m.name)
  when 'subscription' then nullif(p.invoice_display_name, '')
  when 'commitment' then nullif(mc.invoice_display_name, '')
  when 'credit' then null
  else coalesce(nullif(fc.invoice_display_name, ''), nullif(ao.invoice_display_name, ''), ao.name) end)`

const ms = (column: string): RawBuilder<unknown> =>
  sql`(extract(epoch from ${sql.ref(column)}) * 1000)::bigint`

const ADDRESS = (of: string): RawBuilder<unknown> => {
  const column = (name: string) => sql.ref(`${of}.${name}`)
  return sql`json_build_object('line1', ${column('address_line1')}, 'line2', ${column('address_line2')},
    'zipcode', ${column('zipcode')}, 'city', ${column('city')}, 'state', ${column('state')},
    'country', ${column('country')})`
}

const SHIPPING = sql`case when c.shipping_address is null then null else json_build_object(
  'line1', c.shipping_address->>'address_line1', 'line2', c.shipping_address->>'address_line2',
  'zipcode', c.shipping_address->>'zipcode', 'city', c.shipping_address->>'city',
  'state', c.shipping_address->>'state', 'country', c.shipping_address->>'country') end`

const SELLER = sql`json_build_object('name', b.name, 'legalName', b.legal_name, 'firstname', null, 'lastname', null,
  'legalNumber', b.legal_number, 'taxNumber', b.tax_identification_number, 'email', b.email,
  'address', ${ADDRESS('b')}, 'footer', b.invoice_footer, 'euTaxManagement', b.eu_tax_management,
  'logo', encode(sha256(b.logo), 'hex'))`

const METADATA = sql`(select coalesce(json_agg(json_build_object('key', cm.key, 'value', cm.value)
    order by cm.created_at, cm.id), '[]'::json)
  from customer_metadata cm
  where cm.organization_id = c.organization_id and cm.customer_id = c.id and cm.display_in_invoice)`

const BUYER = sql`json_build_object('name', c.name, 'legalName', c.legal_name, 'firstname', c.firstname,
  'lastname', c.lastname, 'legalNumber', c.legal_number, 'taxNumber', c.tax_identification_number, 'email', c.email,
  'address', ${ADDRESS('c')}, 'shipping', ${SHIPPING}, 'metadata', ${METADATA})`

const CENTS = sql`json_build_object('fees', i.fees_amount_cents::text,
  'progressive', i.progressive_billing_credit_amount_cents::text, 'coupons', i.coupons_amount_cents::text,
  'subtotalExcl', i.sub_total_excluding_taxes_amount_cents::text, 'taxes', i.taxes_amount_cents::text,
  'subtotalIncl', i.sub_total_including_taxes_amount_cents::text, 'creditNotes', i.credit_notes_amount_cents::text,
  'prepaid', i.prepaid_credit_amount_cents::text, 'prepaidGranted', i.prepaid_granted_credit_amount_cents::text,
  'prepaidPurchased', i.prepaid_purchased_credit_amount_cents::text,
  'total', i.total_amount_cents::text, 'paid', i.total_paid_amount_cents::text)`

const PRICING_UNIT = sql`case when f.pricing_unit is null then null else json_build_object(
  'shortName', f.pricing_unit->>'short_name', 'amountCents', f.pricing_unit->>'amount_cents',
  'unitPrice', f.pricing_unit->>'precise_unit_amount', 'conversionRate', f.pricing_unit->>'conversion_rate') end`

const FEE_TAXES = sql`(select coalesce(json_agg(json_build_object('code', ft.tax_code, 'name', ft.tax_name,
    'rate', ft.tax_rate::text) order by ft.created_at, ft.id), '[]'::json)
  from fee_taxes ft where ft.organization_id = f.organization_id and ft.fee_id = f.id)`

/** Groups as a list of their values, in the order of their keys as stored. */
const GROUPS = sql`(select coalesce(json_agg(g.value), '[]'::json) from json_each_text(f.grouped_by) g)`

const FEE = sql`json_build_object('id', f.id, 'type', f.fee_type, 'subscriptionId', f.subscription_id,
  'trueUpParentId', f.true_up_parent_fee_id, 'name', ${FEE_NAME}, 'description', f.description,
  'groups', ${GROUPS}, 'filterName', cf.invoice_display_name, 'filterValues', cf.values,
  'model', coalesce(ch.charge_model, fc.charge_model), 'aggregation', m.aggregation_type,
  'isProrated', coalesce(ch.prorated, fc.prorated, false),
  'minimumCents', nullif(ch.min_amount_cents, 0)::text, 'units', f.units::text,
  'unitPrice', f.precise_unit_amount::text, 'amountCents', f.amount_cents::text, 'eventsCount', f.events_count,
  'details', f.amount_details, 'pricingUnit', ${PRICING_UNIT},
  'presentationKeys', ch.properties->'presentation_group_keys', 'breakdowns', f.presentation_breakdowns,
  'taxes', ${FEE_TAXES}, 'from', ${ms('f.from_at')}, 'to', ${ms('f.to_at')},
  'paidAt', case when f.invoiceable then null else ${ms('f.succeeded_at')} end)`

/** Of the organization of an invoice `i`, a list of something; every part of an invoice is few but its fees. */
const SUBSCRIPTIONS = sql`(select coalesce(json_agg(json_build_object('id', s.id,
    'name', coalesce(nullif(s.name, ''), nullif(p.invoice_display_name, ''), p.name), 'planName', p.name,
    'interval', p.interval) order by s.id), '[]'::json)
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
 * A query for the frozen models of invoices, `invoice_id`, `number` and `model`, in the form of `FrozenInvoice`: built
 * by the database, so that freezing hundreds of invoices is one statement whose values never travel.
 */
export function invoiceModels(invoiceIds: readonly string[]): RawBuilder<unknown> {
  return sql`
    select i.id as invoice_id, i.number, json_build_object('kind', 'invoice', 'mark', null,
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
      left join subscriptions s on s.organization_id = f.organization_id and s.id = f.subscription_id
      left join plans p on p.organization_id = s.organization_id and p.id = s.plan_id
      left join charges ch on ch.organization_id = f.organization_id and ch.id = f.charge_id
      left join billable_metrics m on m.organization_id = ch.organization_id and m.id = ch.billable_metric_id
      left join charge_filters cf on cf.organization_id = f.organization_id and cf.id = f.charge_filter_id
      left join minimum_commitments mc on mc.organization_id = f.organization_id and mc.id = f.minimum_commitment_id
      left join add_ons ao on ao.organization_id = f.organization_id and ao.id = f.add_on_id
      left join fixed_charges fc on fc.organization_id = f.organization_id and fc.id = f.fixed_charge_id
      where f.organization_id = i.organization_id and f.invoice_id = i.id and f.deleted_at is null
    ) fees on true
    where i.id = any(${[...invoiceIds]}::uuid[])`
}
