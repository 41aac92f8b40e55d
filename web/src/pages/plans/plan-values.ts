import type { Plan } from '../../api/types.ts'
import { toMajor, toMinor } from '../../format/money.ts'
import { isUnread } from '../../format/typed-number.ts'
import type { Charge, ChargeModel } from './models.tsx'

/** One tier as typed; `to` is empty in the last one. */
export type Tier = {
  readonly from: string
  readonly to: string
  readonly price: string
  readonly flat: string
}

/** The properties of every model, as typed; each model reads its own. */
export type Properties = {
  readonly amount: string
  readonly package_size: string
  readonly free_units: string
  readonly rate: string
  readonly fixed_amount: string
  readonly free_units_per_events: string
  readonly free_units_per_total_aggregation: string
  readonly per_transaction_min_amount: string
  readonly per_transaction_max_amount: string
  readonly tiers: readonly Tier[]
  readonly group_keys: readonly string[]
  /** What the form has no fields for, which stays as it is stored. */
  readonly others: Readonly<Record<string, unknown>>
}

export type FilterDraft = {
  readonly values: Readonly<Record<string, readonly string[]>>
  readonly invoice_display_name: string
  readonly properties: Properties
}

export type ChargeDraft = {
  /** Stays the same while the form is open. */
  readonly key: string
  /** Of a charge that is stored. */
  readonly id: string | null
  readonly metricId: string
  readonly metricCode: string
  readonly model: ChargeModel
  readonly invoice_display_name: string
  readonly pay_in_advance: boolean
  readonly invoiceable: boolean
  readonly prorated: boolean
  readonly minimum: string
  readonly tax_codes: readonly string[]
  readonly properties: Properties
  readonly filters: readonly FilterDraft[]
}

export type FixedDraft = {
  readonly key: string
  readonly id: string | null
  readonly addOnId: string
  readonly units: string
  readonly model: 'standard' | 'graduated' | 'volume'
  readonly pay_in_advance: boolean
  readonly prorated: boolean
  readonly properties: Properties
}

export type ThresholdDraft = { readonly amount: string; readonly name: string; readonly recurring: boolean }

export type PlanValues = {
  name: string
  previousName: string
  code: string
  description: string
  invoice_display_name: string
  interval: Plan['interval']
  amount: string
  currency: string
  pay_in_advance: boolean
  trial_period: string
  bill_charges_monthly: boolean
  tax_codes: readonly string[]
  charges: readonly ChargeDraft[]
  fixed_charges: readonly FixedDraft[]
  commitment: string
  commitment_name: string
  thresholds: readonly ThresholdDraft[]
}

const OPEN_TIERS: readonly Tier[] = [
  { from: '0', to: '100', price: '', flat: '0' },
  { from: '101', to: '', price: '', flat: '0' },
]

export const NO_PROPERTIES: Properties = {
  amount: '',
  package_size: '100',
  free_units: '0',
  rate: '',
  fixed_amount: '',
  free_units_per_events: '',
  free_units_per_total_aggregation: '',
  per_transaction_min_amount: '',
  per_transaction_max_amount: '',
  tiers: OPEN_TIERS,
  group_keys: [],
  others: {},
}

let next = 0
export const newKey = (): string => `draft-${next++}`

export const newPlan = (currency: string): PlanValues => ({
  name: '',
  previousName: '',
  code: '',
  description: '',
  invoice_display_name: '',
  interval: 'monthly',
  amount: '0',
  currency,
  pay_in_advance: false,
  trial_period: '',
  bill_charges_monthly: false,
  tax_codes: [],
  charges: [],
  fixed_charges: [],
  commitment: '',
  commitment_name: '',
  thresholds: [],
})

type Stored = Readonly<Record<string, unknown>>

const TIER_KEYS: Readonly<Partial<Record<ChargeModel, readonly [list: string, price: string]>>> = {
  graduated: ['graduated_ranges', 'per_unit_amount'],
  volume: ['volume_ranges', 'per_unit_amount'],
  graduated_percentage: ['graduated_percentage_ranges', 'rate'],
}

const KEPT_KEYS = ['presentation_group_keys']

const textIn = (stored: Stored, key: keyof Properties): string => {
  const value = stored[key]
  return value === null || value === undefined ? '' : String(value)
}

function propertiesOf(model: ChargeModel, stored: Stored): Properties {
  const [list, price] = TIER_KEYS[model] ?? []
  const ranges = list ? ((stored[list] ?? []) as readonly Stored[]) : []
  const tiers = ranges.map((range) => ({
    from: String(range.from_value ?? ''),
    to: range.to_value === null || range.to_value === undefined ? '' : String(range.to_value),
    price: String(range[price ?? ''] ?? ''),
    flat: String(range.flat_amount ?? '0'),
  }))
  return {
    amount: textIn(stored, 'amount'),
    package_size: textIn(stored, 'package_size') || '100',
    free_units: textIn(stored, 'free_units') || '0',
    rate: textIn(stored, 'rate'),
    fixed_amount: textIn(stored, 'fixed_amount'),
    free_units_per_events: textIn(stored, 'free_units_per_events'),
    free_units_per_total_aggregation: textIn(stored, 'free_units_per_total_aggregation'),
    per_transaction_min_amount: textIn(stored, 'per_transaction_min_amount'),
    per_transaction_max_amount: textIn(stored, 'per_transaction_max_amount'),
    tiers: tiers.length > 0 ? tiers : OPEN_TIERS,
    group_keys: (stored.pricing_group_keys ?? []) as readonly string[],
    others: Object.fromEntries(Object.entries(stored).filter(([key]) => KEPT_KEYS.includes(key))),
  }
}

function chargeDraft(charge: Charge, currency: string): ChargeDraft {
  return {
    key: charge.lago_id,
    id: charge.lago_id,
    metricId: charge.lago_billable_metric_id,
    metricCode: charge.billable_metric_code,
    model: charge.charge_model,
    invoice_display_name: charge.invoice_display_name ?? '',
    pay_in_advance: charge.pay_in_advance,
    invoiceable: charge.invoiceable,
    prorated: charge.prorated,
    minimum: charge.min_amount_cents > 0 ? toMajor(charge.min_amount_cents, currency) : '',
    tax_codes: charge.taxes.map(({ code }) => code),
    properties: propertiesOf(charge.charge_model, charge.properties as Stored),
    filters: charge.filters.map((filter) => ({
      values: filter.values as FilterDraft['values'],
      invoice_display_name: filter.invoice_display_name ?? '',
      properties: propertiesOf(charge.charge_model, filter.properties as Stored),
    })),
  }
}

/** A stored plan as its form shows it; saved again without a change it is the same plan. */
export function valuesOfPlan(plan: Plan): PlanValues {
  const currency = plan.amount_currency
  return {
    name: plan.name,
    previousName: plan.name,
    code: plan.code,
    description: plan.description ?? '',
    invoice_display_name: plan.invoice_display_name ?? '',
    interval: plan.interval,
    amount: toMajor(plan.amount_cents, currency),
    currency,
    pay_in_advance: plan.pay_in_advance,
    trial_period: plan.trial_period ? String(plan.trial_period) : '',
    bill_charges_monthly: plan.bill_charges_monthly ?? false,
    tax_codes: plan.taxes.map(({ code }) => code),
    charges: plan.charges.map((charge) => chargeDraft(charge, currency)),
    fixed_charges: (plan.fixed_charges ?? []).map((charge) => ({
      key: charge.lago_id,
      id: charge.lago_id,
      addOnId: charge.lago_add_on_id,
      units: charge.units,
      model: charge.charge_model,
      pay_in_advance: charge.pay_in_advance,
      prorated: charge.prorated,
      properties: propertiesOf(charge.charge_model, charge.properties as Stored),
    })),
    commitment: plan.minimum_commitment ? toMajor(plan.minimum_commitment.amount_cents, currency) : '',
    commitment_name: plan.minimum_commitment?.invoice_display_name ?? '',
    thresholds: plan.usage_thresholds.map((threshold) => ({
      amount: toMajor(threshold.amount_cents, currency),
      name: threshold.threshold_display_name ?? '',
      recurring: threshold.recurring,
    })),
  }
}

const numberOrText = (text: string): number | string => {
  const number = Number(text)
  return text !== '' && Number.isSafeInteger(number) ? number : text
}
const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())

function tiersBody(tiers: readonly Tier[], price: string) {
  return tiers.map((tier) => ({
    from_value: numberOrText(tier.from),
    to_value: tier.to === '' ? null : numberOrText(tier.to),
    [price]: tier.price || '0',
    flat_amount: tier.flat || '0',
  }))
}

/** The properties of one model as the API takes them. */
export function propertiesBody(model: ChargeModel, given: Properties): Record<string, unknown> {
  const keys = given.group_keys.length > 0 ? { pricing_group_keys: given.group_keys } : {}
  const grouped = { ...given.others, ...keys }
  const [list, price] = TIER_KEYS[model] ?? []
  if (list && price) return { [list]: tiersBody(given.tiers, price), ...grouped }
  if (model === 'standard') return { amount: given.amount || '0', ...grouped }
  if (model === 'package') {
    const { amount, package_size, free_units } = given
    return {
      amount: amount || '0',
      package_size: numberOrText(package_size),
      free_units: numberOrText(free_units || '0'),
      ...grouped,
    }
  }
  if (model !== 'percentage') return grouped
  return {
    rate: given.rate || '0',
    fixed_amount: orNull(given.fixed_amount),
    free_units_per_events:
      given.free_units_per_events === '' ? null : numberOrText(given.free_units_per_events),
    free_units_per_total_aggregation: orNull(given.free_units_per_total_aggregation),
    per_transaction_min_amount: orNull(given.per_transaction_min_amount),
    per_transaction_max_amount: orNull(given.per_transaction_max_amount),
    ...grouped,
  }
}

const cents = (major: string, currency: string): number => toMinor(major.trim() || '0', currency) ?? -1

function chargeBody(draft: ChargeDraft, currency: string) {
  return {
    ...(draft.id ? { id: draft.id } : {}),
    billable_metric_id: draft.metricId,
    charge_model: draft.model,
    invoice_display_name: orNull(draft.invoice_display_name),
    pay_in_advance: draft.pay_in_advance,
    invoiceable: draft.invoiceable,
    prorated: draft.prorated,
    min_amount_cents: cents(draft.minimum, currency),
    tax_codes: draft.tax_codes,
    properties: propertiesBody(draft.model, draft.properties),
    filters: draft.filters.map((filter) => ({
      values: filter.values,
      invoice_display_name: orNull(filter.invoice_display_name),
      properties: propertiesBody(draft.model, filter.properties),
    })),
  }
}

/** The request body of a plan. */
export function bodyOfPlan(values: PlanValues) {
  const { currency } = values
  return {
    name: values.name.trim(),
    code: values.code.trim(),
    description: orNull(values.description),
    invoice_display_name: orNull(values.invoice_display_name),
    interval: values.interval,
    amount_cents: cents(values.amount, currency),
    amount_currency: currency,
    pay_in_advance: values.pay_in_advance,
    trial_period: values.trial_period === '' ? null : numberOrText(values.trial_period),
    ...(values.interval === 'yearly' || values.interval === 'semiannual'
      ? { bill_charges_monthly: values.bill_charges_monthly }
      : {}),
    tax_codes: values.tax_codes,
    charges: values.charges.map((draft) => chargeBody(draft, currency)),
    fixed_charges: values.fixed_charges.map((draft) => ({
      ...(draft.id ? { id: draft.id } : {}),
      add_on_id: draft.addOnId,
      units: draft.units || '0',
      charge_model: draft.model,
      pay_in_advance: draft.pay_in_advance,
      prorated: draft.prorated,
      properties: propertiesBody(draft.model, draft.properties),
    })),
    minimum_commitment:
      values.commitment.trim() === ''
        ? {}
        : {
            amount_cents: cents(values.commitment, currency),
            invoice_display_name: orNull(values.commitment_name),
          },
    usage_thresholds: values.thresholds.map((threshold) => ({
      amount_cents: cents(threshold.amount, currency),
      threshold_display_name: orNull(threshold.name),
      recurring: threshold.recurring,
    })),
  }
}

/** The bound that follows another: the next whole unit, or the same when it has decimals. */
export function boundAfter(to: string): string {
  if (isUnread(to)) return ''
  return /^\d+$/.test(to) ? String(BigInt(to) + 1n) : to
}
