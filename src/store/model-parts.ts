import { type RawBuilder, sql } from 'kysely'

/**
 * The columns of a `select` list as a JSON object; their names are its keys. `json_build_object` is slower, because it
 * looks up the type of each key and each value again for every row (bench, `billing-fixed`).
 */
export const object = (columns: TemplateStringsArray, ...values: readonly unknown[]): RawBuilder<unknown> =>
  sql`(select row_to_json(made) from (select ${sql(columns, ...values)}) made)`

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
  return object`
  ${column('address_line1')} as "line1", ${column('address_line2')} as "line2",
  ${column('zipcode')} as "zipcode", ${column('city')} as "city", ${column('state')} as "state",
  ${column('country')} as "country"`
}

const SHIPPING = sql`case when c.shipping_address is null then null else ${object`
  c.shipping_address->>'address_line1' as "line1", c.shipping_address->>'address_line2' as "line2",
  c.shipping_address->>'zipcode' as "zipcode", c.shipping_address->>'city' as "city",
  c.shipping_address->>'state' as "state", c.shipping_address->>'country' as "country"`} end`

const BANK_ACCOUNT = sql`case when b.bank_account_iban is null then null else ${object`
  b.bank_account_iban as "iban", b.bank_account_holder as "holder", b.bank_account_bic as "bic"`} end`

/** The billing entity `b`, as `FrozenSeller`. */
export const SELLER = object`
  b.name as "name", b.legal_name as "legalName", null as "firstname", null as "lastname",
  b.legal_number as "legalNumber", b.tax_identification_number as "taxNumber", b.email as "email",
  ${ADDRESS('b')} as "address", b.invoice_footer as "footer", b.eu_tax_management as "euTaxManagement",
  encode(sha256(b.logo), 'hex') as "logo", b.phone as "phone", b.einvoicing as "einvoicing",
  ${BANK_ACCOUNT} as "bankAccount"`

const METADATA = sql`(select coalesce(json_agg(${object`
  cm.key as "key", cm.value as "value"`}
    order by cm.created_at, cm.id), '[]'::json)
  from customer_metadata cm
  where cm.organization_id = c.organization_id and cm.customer_id = c.id and cm.display_in_invoice)`

/** Of any customer, displayed in invoices or not. */
const BUYER_REFERENCE = sql`(select cm.value from customer_metadata cm
  where cm.organization_id = c.organization_id and cm.customer_id = c.id and cm.key = 'buyer_reference')`

/** The customer `c`, as `FrozenBuyer`. */
export const BUYER = object`
  c.name as "name", c.legal_name as "legalName", c.firstname as "firstname", c.lastname as "lastname",
  c.legal_number as "legalNumber", c.tax_identification_number as "taxNumber", c.email as "email",
  ${ADDRESS('c')} as "address", ${SHIPPING} as "shipping", ${METADATA} as "metadata", c.phone as "phone",
  c.external_id as "externalId", ${BUYER_REFERENCE} as "buyerReference"`

/** The pricing unit of the fee `f`, as `FrozenPricingUnit`. */
export const PRICING_UNIT = sql`case when f.pricing_unit is null then null else ${object`
  f.pricing_unit->>'short_name' as "shortName", f.pricing_unit->>'amount_cents' as "amountCents",
  f.pricing_unit->>'precise_unit_amount' as "unitPrice",
  f.pricing_unit->>'conversion_rate' as "conversionRate"`} end`

const FEE_TAXES = sql`(select coalesce(json_agg(${object`
  ft.tax_code as "code", ft.tax_name as "name", ft.tax_rate::text as "rate",
  t.einvoice_category as "category", t.einvoice_exemption_code as "exemptionCode",
  t.einvoice_exemption_reason as "exemptionReason"`} order by ft.created_at, ft.id), '[]'::json)
  from fee_taxes ft
  left join taxes t on t.organization_id = ft.organization_id and t.id = ft.tax_id
  where ft.organization_id = f.organization_id and ft.fee_id = f.id)`

/** Of the groups of a fee, most of which have none, a list of values or keys, in the order of the keys as stored. */
const groupsOf = (column: 'key' | 'value'): RawBuilder<unknown> => sql`case when f.grouped_by::text = '{}'
  then '[]'::json else (select json_agg(g.${sql.ref(column)}) from json_each_text(f.grouped_by) g) end`

/** The fee `f` with what `FEE_JOINS` joins, as `FrozenFee`. */
export const FEE = object`
  f.id as "id", f.fee_type as "type", f.subscription_id as "subscriptionId",
  f.true_up_parent_fee_id as "trueUpParentId", ${FEE_NAME} as "name",
  case when f.fee_type = 'credit' then ${ofPurchase('w.name')} end as "walletName",
  f.description as "description", ${groupsOf('value')} as "groups", ${groupsOf('key')} as "groupKeys",
  coalesce(m.code, ao.code, p.code) as "code",
  (f.precise_progressive_credit_amount_cents + f.precise_coupons_amount_cents)::text as "reductionCents",
  cf.invoice_display_name as "filterName", cf.values as "filterValues",
  coalesce(ch.charge_model, fc.charge_model) as "model", m.aggregation_type as "aggregation",
  coalesce(ch.prorated, fc.prorated, false) as "isProrated",
  nullif(ch.min_amount_cents, 0)::text as "minimumCents", f.units::text as "units",
  f.precise_unit_amount::text as "unitPrice", f.amount_cents::text as "amountCents",
  f.events_count as "eventsCount", f.amount_details as "details", ${PRICING_UNIT} as "pricingUnit",
  ch.properties->'presentation_group_keys' as "presentationKeys", f.presentation_breakdowns as "breakdowns",
  ${FEE_TAXES} as "taxes", ${ms('f.from_at')} as "from", ${ms('f.to_at')} as "to",
  case when f.invoiceable then null else ${ms('f.succeeded_at')} end as "paidAt"`

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
export const SUBSCRIPTION = object`
  s.id as "id", coalesce(nullif(s.name, ''), nullif(p.invoice_display_name, ''), p.name) as "name",
  p.name as "planName", p.interval as "interval"`
