import { type RawBuilder, sql } from 'kysely'

/** A name of the purchase that a fee bills, or of its wallet `w`. */
const ofPurchase = (column: string): RawBuilder<unknown> => sql`(
  select nullif(${sql.ref(column)}, '') from wallet_transactions wt
  join wallets w on w.organization_id = wt.organization_id and w.id = wt.wallet_id
  where wt.organization_id = f.organization_id and wt.invoice_id = f.invoice_id
    and wt.transaction_status = 'purchased')`

/** The name that a fee is printed with; null where the words of the document say it. */
const FEE_NAME = sql`coalesce(nullif(f.invoice_display_name, ''), case f.fee_type
  when 'charge' then coalesce(nullif(ch.invoice_display_name, ''), m.name)
  when 'subscription' then nullif(p.invoice_display_name, '')
  when 'commitment' then nullif(mc.invoice_display_name, '')
  when 'credit' then ${ofPurchase('wt.name')}
  else coalesce(nullif(fc.invoice_display_name, ''), nullif(ao.invoice_display_name, ''), ao.name) end)`

/** An instant of a column as milliseconds since the epoch. */
export const ms = (column: string): RawBuilder<unknown> =>
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

const BANK_ACCOUNT = sql`case when b.bank_account_iban is null then null else json_build_object(
  'iban', b.bank_account_iban, 'holder', b.bank_account_holder, 'bic', b.bank_account_bic) end`

/** The billing entity `b`, as `FrozenSeller`. */
export const SELLER = sql`json_build_object('name', b.name, 'legalName', b.legal_name, 'firstname', null,
  'lastname', null, 'legalNumber', b.legal_number, 'taxNumber', b.tax_identification_number, 'email', b.email,
  'address', ${ADDRESS('b')}, 'footer', b.invoice_footer, 'euTaxManagement', b.eu_tax_management,
  'logo', encode(sha256(b.logo), 'hex'), 'phone', b.phone, 'einvoicing', b.einvoicing,
  'bankAccount', ${BANK_ACCOUNT})`

const METADATA = sql`(select coalesce(json_agg(json_build_object('key', cm.key, 'value', cm.value)
    order by cm.created_at, cm.id), '[]'::json)
  from customer_metadata cm
  where cm.organization_id = c.organization_id and cm.customer_id = c.id and cm.display_in_invoice)`

/** Of any customer, displayed in invoices or not. */
const BUYER_REFERENCE = sql`(select cm.value from customer_metadata cm
  where cm.organization_id = c.organization_id and cm.customer_id = c.id and cm.key = 'buyer_reference')`

/** The customer `c`, as `FrozenBuyer`. */
export const BUYER = sql`json_build_object('name', c.name, 'legalName', c.legal_name, 'firstname', c.firstname,
  'lastname', c.lastname, 'legalNumber', c.legal_number, 'taxNumber', c.tax_identification_number, 'email', c.email,
  'address', ${ADDRESS('c')}, 'shipping', ${SHIPPING}, 'metadata', ${METADATA}, 'phone', c.phone,
  'externalId', c.external_id, 'buyerReference', ${BUYER_REFERENCE})`

const PRICING_UNIT = sql`case when f.pricing_unit is null then null else json_build_object(
  'shortName', f.pricing_unit->>'short_name', 'amountCents', f.pricing_unit->>'amount_cents',
  'unitPrice', f.pricing_unit->>'precise_unit_amount', 'conversionRate', f.pricing_unit->>'conversion_rate') end`

const FEE_TAXES = sql`(select coalesce(json_agg(json_build_object('code', ft.tax_code, 'name', ft.tax_name,
    'rate', ft.tax_rate::text, 'category', t.einvoice_category, 'exemptionCode', t.einvoice_exemption_code,
    'exemptionReason', t.einvoice_exemption_reason) order by ft.created_at, ft.id), '[]'::json)
  from fee_taxes ft
  left join taxes t on t.organization_id = ft.organization_id and t.id = ft.tax_id
  where ft.organization_id = f.organization_id and ft.fee_id = f.id)`

/** Groups as a list of their values and one of their keys, in the order of the keys as stored. */
const GROUPS = sql`(select coalesce(json_agg(g.value), '[]'::json) from json_each_text(f.grouped_by) g)`
const GROUP_KEYS = sql`(select coalesce(json_agg(g.key), '[]'::json) from json_each_text(f.grouped_by) g)`

/** The fee `f` with what `FEE_JOINS` joins, as `FrozenFee`. */
export const FEE = sql`json_build_object('id', f.id, 'type', f.fee_type, 'subscriptionId', f.subscription_id,
  'trueUpParentId', f.true_up_parent_fee_id, 'name', ${FEE_NAME},
  'walletName', case when f.fee_type = 'credit' then ${ofPurchase('w.name')} end, 'description', f.description,
  'groups', ${GROUPS}, 'groupKeys', ${GROUP_KEYS}, 'code', coalesce(m.code, ao.code, p.code),
  'reductionCents', (f.precise_progressive_credit_amount_cents + f.precise_coupons_amount_cents)::text,
  'filterName', cf.invoice_display_name, 'filterValues', cf.values,
  'model', coalesce(ch.charge_model, fc.charge_model), 'aggregation', m.aggregation_type,
  'isProrated', coalesce(ch.prorated, fc.prorated, false),
  'minimumCents', nullif(ch.min_amount_cents, 0)::text, 'units', f.units::text,
  'unitPrice', f.precise_unit_amount::text, 'amountCents', f.amount_cents::text, 'eventsCount', f.events_count,
  'details', f.amount_details, 'pricingUnit', ${PRICING_UNIT},
  'presentationKeys', ch.properties->'presentation_group_keys', 'breakdowns', f.presentation_breakdowns,
  'taxes', ${FEE_TAXES}, 'from', ${ms('f.from_at')}, 'to', ${ms('f.to_at')},
  'paidAt', case when f.invoiceable then null else ${ms('f.succeeded_at')} end)`

/** What a fee `f` takes its names and its model from. */
export const FEE_JOINS = sql`
  left join subscriptions s on s.organization_id = f.organization_id and s.id = f.subscription_id
  left join plans p on p.organization_id = s.organization_id and p.id = s.plan_id
  left join charges ch on ch.organization_id = f.organization_id and ch.id = f.charge_id
  left join billable_metrics m on m.organization_id = ch.organization_id and m.id = ch.billable_metric_id
  left join charge_filters cf on cf.organization_id = f.organization_id and cf.id = f.charge_filter_id
  left join minimum_commitments mc on mc.organization_id = f.organization_id and mc.id = f.minimum_commitment_id
  left join add_ons ao on ao.organization_id = f.organization_id and ao.id = f.add_on_id
  left join fixed_charges fc on fc.organization_id = f.organization_id and fc.id = f.fixed_charge_id`

/** A subscription `s` of a plan `p`, as `FrozenSubscription`. */
export const SUBSCRIPTION = sql`json_build_object('id', s.id,
  'name', coalesce(nullif(s.name, ''), nullif(p.invoice_display_name, ''), p.name), 'planName', p.name,
  'interval', p.interval)`
