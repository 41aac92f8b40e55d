import { Decimal } from '../amounts/decimal.ts'
import { isSameValue } from '../input/same-value.ts'
import type { ChargeProperties } from '../pricing/charge-model.ts'
import { valuesKey } from './charge-filters.ts'
import type {
  ChargeDefinition,
  FilterDefinition,
  FixedChargeDefinition,
  PlanDefinition,
} from './plan-definition.ts'

export const PLAN_PARTS = [
  'plan',
  'minimum_commitment',
  'usage_thresholds',
  'charge',
  'fixed_charge',
] as const
export type PlanPart = (typeof PLAN_PARTS)[number]

/** The bounds of a tier; `to_value` is null in the last one. */
export type TierBounds = { readonly from_value: unknown; readonly to_value: unknown }

/** One difference between two definitions of a plan. */
export type PlanChange = {
  readonly part: PlanPart
  readonly kind: 'added' | 'removed' | 'changed'
  /** Id and code of the charge or fixed charge, as it was if it is gone. */
  readonly id: string | null
  readonly code: string | null
  /** What invoices call it, when they do not use the name of its metric or add-on. */
  readonly name: string | null
  /** Of the filter that it is about. */
  readonly filter_values: FilterDefinition['values'] | null
  /** Of the tier that it is about, as it is now. */
  readonly tier: TierBounds | null
  /**
   * What differs; null when the whole part was added or removed. `price` is a whole price with its model, for tiers
   * with other bounds and for another model; the other fields are named as in the API.
   */
  readonly field: string | null
  readonly before: unknown
  readonly after: unknown
}

type About = Omit<PlanChange, 'kind' | 'field' | 'before' | 'after' | 'tier'>
type Priced = { readonly charge_model: string; readonly properties: ChargeProperties }

const RANGES = ['graduated_ranges', 'volume_ranges', 'graduated_percentage_ranges']
/** The older name of `pricing_group_keys`, which are stored under both. */
const OTHER_NAME = 'grouped_by'
const OF_PLAN = [
  'name',
  'code',
  'invoice_display_name',
  'description',
  'interval',
  'amount_cents',
  'amount_currency',
  'pay_in_advance',
  'trial_period',
  'bill_charges_monthly',
  'bill_fixed_charges_monthly',
  'tax_codes',
  'metadata',
] as const
const OF_COMMITMENT = ['amount_cents', 'invoice_display_name', 'tax_codes'] as const
const OF_FIXED_CHARGE = [
  'code',
  'invoice_display_name',
  'pay_in_advance',
  'prorated',
  'units',
  'tax_codes',
] as const
const OF_CHARGE = [
  'billable_metric_code',
  'code',
  'invoice_display_name',
  'pay_in_advance',
  'prorated',
  'invoiceable',
  'regroup_paid_fees',
  'min_amount_cents',
  'accepts_target_wallet',
  'applied_pricing_unit',
  'tax_codes',
] as const
const NOTHING = { id: null, code: null, name: null, filter_values: null }

/**
 * What differs between two definitions of a plan, in the order in which a plan is read: its own settings, commitment,
 * thresholds, charges, fixed charges. Charges are the same by their id, otherwise by their code; prices that are the
 * same number are no difference, however they are written.
 */
export function planChanges(before: PlanDefinition, after: PlanDefinition): PlanChange[] {
  return [
    ...fieldChanges({ part: 'plan', ...NOTHING }, OF_PLAN, before, after),
    ...commitmentChanges(before.minimum_commitment, after.minimum_commitment),
    ...thresholdChanges(before, after),
    ...listChanges('charge', before.charges, after.charges, chargeChanges),
    ...listChanges('fixed_charge', before.fixed_charges, after.fixed_charges, fixedChargeChanges),
  ]
}

function commitmentChanges(
  before: PlanDefinition['minimum_commitment'],
  after: PlanDefinition['minimum_commitment'],
): PlanChange[] {
  const about: About = { part: 'minimum_commitment', ...NOTHING }
  if (before && after) return fieldChanges(about, OF_COMMITMENT, before, after)
  return before || after ? [whole(about, before, after)] : []
}

function thresholdChanges(before: PlanDefinition, after: PlanDefinition): PlanChange[] {
  const [old, now] = [before.usage_thresholds, after.usage_thresholds]
  if (isSameValue(old, now)) return []
  return [
    {
      part: 'usage_thresholds',
      ...NOTHING,
      kind: 'changed',
      tier: null,
      field: null,
      before: old,
      after: now,
    },
  ]
}

/** Differences between two lists of charges; those of one that is in both are `changesOf` it. */
function listChanges<T extends ChargeDefinition | FixedChargeDefinition>(
  part: PlanPart,
  before: readonly T[],
  after: readonly T[],
  changesOf: (about: About, before: T, after: T) => PlanChange[],
): PlanChange[] {
  const pairs = after.map((now) => ({
    now,
    was: before.find(({ id }) => id === now.id) ?? before.find((each) => isMovedTo(each, now, after)),
  }))
  const kept = new Set(pairs.map(({ was }) => was))
  const gone = before.filter((each) => !kept.has(each))
  return [
    ...pairs.flatMap(({ was, now }) =>
      was ? changesOf(aboutOf(part, now), was, now) : [whole(aboutOf(part, now), null, now)],
    ),
    ...gone.map((was) => whole(aboutOf(part, was), was, null)),
  ]
}

/** Whether a charge came back under another id, as after a restoration. */
function isMovedTo<T extends ChargeDefinition | FixedChargeDefinition>(
  was: T,
  now: T,
  after: readonly T[],
): boolean {
  return was.code !== null && was.code === now.code && !after.some(({ id }) => id === was.id)
}

function aboutOf(part: PlanPart, each: ChargeDefinition | FixedChargeDefinition): About {
  return { part, id: each.id, code: each.code, name: each.invoice_display_name, filter_values: null }
}

function chargeChanges(about: About, before: ChargeDefinition, after: ChargeDefinition): PlanChange[] {
  const models = [before.charge_model, after.charge_model] as const
  return [
    ...fieldChanges(about, OF_CHARGE, before, after),
    ...priceChanges(about, before, after),
    ...filterChanges(about, before.filters, after.filters, models),
  ]
}

function fixedChargeChanges(
  about: About,
  before: FixedChargeDefinition,
  after: FixedChargeDefinition,
): PlanChange[] {
  return [...fieldChanges(about, OF_FIXED_CHARGE, before, after), ...priceChanges(about, before, after)]
}

function filterChanges(
  about: About,
  before: readonly FilterDefinition[],
  after: readonly FilterDefinition[],
  [oldModel, newModel]: readonly [string, string],
): PlanChange[] {
  const old = new Map(before.map((filter) => [valuesKey(filter.values), filter]))
  const keys = new Set(after.map((filter) => valuesKey(filter.values)))
  const priced = (filter: FilterDefinition, charge_model: string) => ({
    charge_model,
    properties: filter.properties,
    invoice_display_name: filter.invoice_display_name,
  })
  const of = (filter: FilterDefinition): About => ({ ...about, filter_values: filter.values })
  return [
    ...after.flatMap((now) => {
      const was = old.get(valuesKey(now.values))
      if (!was) return [whole(of(now), null, priced(now, newModel))]
      return [
        ...fieldChanges(of(now), ['invoice_display_name'], was, now),
        ...priceChanges(of(now), priced(was, oldModel), priced(now, newModel)),
      ]
    }),
    ...before
      .filter(({ values }) => !keys.has(valuesKey(values)))
      .map((was) => whole(of(was), priced(was, oldModel), null)),
  ]
}

function priceChanges(about: About, before: Priced, after: Priced): PlanChange[] {
  const keys = [...new Set([...Object.keys(before.properties), ...Object.keys(after.properties)])]
  const list = RANGES.find((key) => keys.includes(key))
  const [old, now] = [rangesIn(before, list), rangesIn(after, list)]
  if (before.charge_model !== after.charge_model || !haveSameBounds(old, now)) {
    const price = ({ charge_model, properties }: Priced) => ({ charge_model, properties })
    return [
      { ...about, kind: 'changed', tier: null, field: 'price', before: price(before), after: price(after) },
    ]
  }
  const scalars = keys.filter((key) => key !== list && key !== OTHER_NAME)
  return [
    ...fieldChanges(about, scalars, before.properties, after.properties),
    ...now.flatMap((range, place) => {
      const { from_value, to_value, ...prices } = range
      const was = old[place] ?? {}
      return fieldChanges(about, Object.keys(prices), was, prices, { from_value, to_value })
    }),
  ]
}

function rangesIn({ properties }: Priced, list: string | undefined): readonly Record<string, unknown>[] {
  const ranges = list === undefined ? undefined : properties[list]
  return Array.isArray(ranges) ? (ranges as Record<string, unknown>[]) : []
}

function haveSameBounds(
  old: readonly Record<string, unknown>[],
  now: readonly Record<string, unknown>[],
): boolean {
  return (
    old.length === now.length &&
    now.every(
      (range, place) =>
        isSame(range.from_value, old[place]?.from_value) && isSame(range.to_value, old[place]?.to_value),
    )
  )
}

function whole(about: About, before: unknown, after: unknown): PlanChange {
  return { ...about, kind: before === null ? 'added' : 'removed', tier: null, field: null, before, after }
}

function fieldChanges<T extends object>(
  about: About,
  keys: readonly string[],
  before: T,
  after: T,
  tier: TierBounds | null = null,
): PlanChange[] {
  const valueIn = (of: object, key: string): unknown => (of as Record<string, unknown>)[key] ?? null
  return keys
    .filter((key) => !isSame(valueIn(before, key), valueIn(after, key)))
    .map((field) => {
      const change = { before: valueIn(before, field), after: valueIn(after, field) }
      return { ...about, kind: 'changed', tier, field, ...change }
    })
}

function isSame(a: unknown, b: unknown): boolean {
  if (isNothing(a) && isNothing(b)) return true
  const [x, y] = [decimalIn(a), decimalIn(b)]
  return x && y ? x.equals(y) : isSameValue(a, b)
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}

function decimalIn(value: unknown): Decimal | undefined {
  return typeof value === 'string' || typeof value === 'number' ? Decimal.parse(String(value)) : undefined
}
