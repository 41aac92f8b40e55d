import type { PlanChangePreview } from '../../api/types.ts'
import { formatCents, formatPrice, formatRate, formatUnits } from '../../format/money.ts'
import { chargeWords } from './charge-words.ts'
import type { Charge } from './models.tsx'

export type PlanChange = PlanChangePreview['changes'][number]
export type KeptPrice = PlanChangePreview['keeping_subscriptions'][number]['kept_prices'][number]

/** A difference in words: what differs, and its value before and after in money where it is money. */
export type ChangeLine = { readonly what: string; readonly before: string; readonly after: string }

type Stored = Readonly<Record<string, unknown>>
type Priced = Pick<Charge, 'charge_model' | 'properties'>

const NOTHING = '—'
const LABELS: Readonly<Record<string, string>> = {
  name: 'Name',
  code: 'Code',
  invoice_display_name: 'Name on invoices',
  description: 'Description',
  interval: 'Billed every',
  amount_cents: 'Base price',
  amount_currency: 'Currency',
  pay_in_advance: 'Billed in advance',
  trial_period: 'Trial in days',
  bill_charges_monthly: 'Usage billed monthly',
  bill_fixed_charges_monthly: 'Fixed charges billed monthly',
  tax_codes: 'Taxes',
  metadata: 'Metadata',
  billable_metric_code: 'Metric',
  prorated: 'Prorated',
  invoiceable: 'On invoices',
  regroup_paid_fees: 'Fees grouped',
  min_amount_cents: 'Minimum',
  accepts_target_wallet: 'Wallet named by events',
  applied_pricing_unit: 'Pricing unit',
  units: 'Units',
  amount: 'Price',
  per_unit_amount: 'price per unit',
  flat_amount: 'flat price',
  rate: 'rate',
  package_size: 'Units in a package',
  free_units: 'Free units',
  fixed_amount: 'Price per event',
  free_units_per_events: 'Free events',
  free_units_per_total_aggregation: 'Free amount',
  per_transaction_min_amount: 'Minimum per event',
  per_transaction_max_amount: 'Maximum per event',
  pricing_group_keys: 'Grouped by',
  presentation_group_keys: 'Shown by',
  price: 'price',
}
const CENTS = ['amount_cents', 'min_amount_cents']
const PRICES = [
  'amount',
  'per_unit_amount',
  'flat_amount',
  'fixed_amount',
  'per_transaction_min_amount',
  'per_transaction_max_amount',
]
const UNITS = ['units', 'package_size', 'free_units', 'free_units_per_events']

/** A difference between two states of a plan, in words and money. */
export function changeLine(change: PlanChange, currency: string): ChangeLine {
  const of = wordsFor(change, currency)
  return { what: subjectOf(change), before: of(change.before), after: of(change.after) }
}

/** A price that a subscription keeps for itself, in words and money. */
export function keptWords(kept: KeptPrice, currency: string): string {
  const about = [kept.name || kept.code, filterWords(kept.filter_values)].filter(Boolean).join(', ')
  if (kept.amount_cents !== null) return `Base price ${formatCents(kept.amount_cents, currency)}`
  const units = kept.units === null ? '' : `${formatUnits(kept.units)} units, `
  return `${about}: ${units}${priceWords(kept.price, currency)}`
}

function subjectOf(change: PlanChange): string {
  const { part, field, tier } = change
  const label = field === null ? undefined : (LABELS[field] ?? field)
  if (part === 'usage_thresholds') return 'Progressive billing'
  if (part === 'minimum_commitment') {
    return label && field !== 'amount_cents'
      ? `Minimum commitment, ${label.toLowerCase()}`
      : 'Minimum commitment'
  }
  if (part === 'plan') return label ?? 'Plan'
  const bounds =
    tier && `${unitsWords(tier.from_value)} – ${tier.to_value === null ? '∞' : unitsWords(tier.to_value)}`
  const words = [change.name || change.code, filterWords(change.filter_values), bounds, label?.toLowerCase()]
  return words.filter(Boolean).join(', ')
}

function wordsFor({ part, kind, field }: PlanChange, currency: string): (value: unknown) => string {
  if (part === 'usage_thresholds') return (value) => thresholdWords(value, currency)
  if (part === 'minimum_commitment' && field === null) {
    return (value) => (isNothing(value) ? NOTHING : formatCents(centsIn(value), currency))
  }
  if (field === 'price' || kind !== 'changed') return (value) => priceWords(value, currency)
  return (value) => valueWords(field ?? '', value, currency)
}

function valueWords(field: string, value: unknown, currency: string): string {
  if (isNothing(value)) return NOTHING
  const text = String(value)
  if (CENTS.includes(field)) return formatCents(text, currency)
  if (PRICES.includes(field)) return formatPrice(text, currency)
  if (UNITS.includes(field)) return formatUnits(text)
  if (field === 'rate') return formatRate(text)
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  if (Array.isArray(value)) return value.map(nameOf).join(', ')
  if (typeof value === 'object') {
    return Object.entries(value ?? {})
      .map(([key, each]) => `${key}: ${String(each ?? NOTHING)}`)
      .join(', ')
  }
  return text
}

/** A whole price; units of a fixed charge come first. */
function priceWords(value: unknown, currency: string): string {
  if (isNothing(value)) return NOTHING
  const priced = value as Priced & { readonly units?: string }
  const units = priced.units === undefined ? '' : `${formatUnits(priced.units)} units, `
  return `${units}${chargeWords(priced, currency).join('; ')}`
}

function thresholdWords(value: unknown, currency: string): string {
  const list = (value ?? []) as readonly { readonly amount_cents: number; readonly recurring: boolean }[]
  if (list.length === 0) return NOTHING
  return list
    .map((each) => `${each.recurring ? 'every further ' : ''}${formatCents(each.amount_cents, currency)}`)
    .join(', ')
}

function filterWords(values: PlanChange['filter_values']): string {
  return values === null ? '' : Object.values(values).flat().join(' ')
}

const unitsWords = (value: unknown): string => formatUnits(String(value ?? '0'))
const centsIn = (value: unknown): number => Number((value as Stored).amount_cents)
const nameOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? String((value as Stored).value ?? '') : String(value)

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}
