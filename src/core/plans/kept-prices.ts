import { isSameValue } from '../input/same-value.ts'
import type { ChargeProperties } from '../pricing/charge-model.ts'
import { type FilterSettings, valuesKey } from './charge-filters.ts'
import type { DefinedPlan } from './plan-definition.ts'

type Priced = { readonly chargeModel: string; readonly properties: ChargeProperties }

/** A charge of a copy of a plan, which says what it is a copy of. */
export type CopiedCharge = Priced & {
  readonly parentId: string | null
  readonly filters: readonly FilterSettings[]
}

/** The same for a fixed charge. */
export type CopiedFixedCharge = Priced & { readonly parentId: string | null; readonly units: string }

/** What the copy of a plan has of what a change changes. */
export type PlanCopy = {
  readonly amountCents: bigint
  readonly charges: readonly CopiedCharge[]
  readonly fixedCharges: readonly CopiedFixedCharge[]
}

/** A price of its own that a copy keeps when the change of its plan reaches the copies. */
export type KeptPrice = {
  readonly part: 'plan' | 'charge' | 'fixed_charge'
  /** Of the charge in the original plan. */
  readonly code: string | null
  readonly name: string | null
  readonly filterValues: FilterSettings['values'] | null
  readonly amountCents: bigint | null
  readonly price: Priced | null
  readonly units: string | null
}

type Changed<T> = { readonly was: T; readonly now: T }
type About = Pick<KeptPrice, 'part' | 'code' | 'name'>

const NONE = { filterValues: null, amountCents: null, price: null, units: null }

/** What a change does to prices that copies of the plan have too. */
export type Reprices = {
  readonly amountCents: Changed<bigint>
  readonly charges: readonly Changed<DefinedPlan['charges'][number]>[]
  readonly fixedCharges: readonly Changed<DefinedPlan['fixedCharges'][number]>[]
}

/** The prices that differ between two states of a plan, by the charges and fixed charges that are in both. */
export function repricesBetween(before: DefinedPlan, after: DefinedPlan): Reprices {
  const pairs = <T extends { readonly id: string }>(old: readonly T[], now: readonly T[]): Changed<T>[] =>
    old.flatMap((was) => now.filter(({ id }) => id === was.id).map((each) => ({ was, now: each })))
  return {
    amountCents: { was: before.amountCents, now: after.amountCents },
    charges: pairs(before.charges, after.charges).filter(
      ({ was, now }) => !isSameValue(pricesOf(was), pricesOf(now)),
    ),
    fixedCharges: pairs(before.fixedCharges, after.fixedCharges).filter(
      ({ was, now }) => !isSameValue([was.properties, was.units], [now.properties, now.units]),
    ),
  }
}

/**
 * The prices that a copy keeps for itself although the plan's change: those that differ from what the plan had
 * (docs/rules/plans.md#cascades). Empty when the whole change reaches the copy.
 */
export function keptPrices(reprices: Reprices, copy: PlanCopy): KeptPrice[] {
  const { amountCents, charges, fixedCharges } = reprices
  const hasOwnAmount = amountCents.was !== amountCents.now && copy.amountCents !== amountCents.was
  const own: KeptPrice[] = hasOwnAmount
    ? [{ part: 'plan', code: null, name: null, ...NONE, amountCents: copy.amountCents }]
    : []
  return [
    ...own,
    ...charges.flatMap(({ was, now }) =>
      copy.charges
        .filter(({ parentId }) => parentId === was.id)
        .flatMap((charge) => {
          const about = { part: 'charge', code: was.code, name: was.invoiceDisplayName } as const
          return [...keptProperties(about, was, now, charge), ...keptFilters(about, was, now, charge)]
        }),
    ),
    ...fixedCharges.flatMap(({ was }) =>
      copy.fixedCharges
        .filter((charge) => charge.parentId === was.id && !isFixedCopy(charge, was))
        .map((charge) => ({
          part: 'fixed_charge' as const,
          code: was.code,
          name: was.invoiceDisplayName,
          ...NONE,
          price: priceOf(charge),
          units: charge.units,
        })),
    ),
  ]
}

function keptProperties(about: About, was: Priced, now: Priced, own: CopiedCharge): KeptPrice[] {
  const isFollowing = own.chargeModel === now.chargeModel && isSameValue(own.properties, was.properties)
  if (isSameValue(was.properties, now.properties) || isFollowing) return []
  return [{ ...about, ...NONE, price: priceOf(own) }]
}

function keptFilters(
  about: About,
  was: { readonly filters: readonly FilterSettings[] },
  now: { readonly filters: readonly FilterSettings[] },
  own: CopiedCharge,
): KeptPrice[] {
  const old = new Map(was.filters.map((filter) => [valuesKey(filter.values), filter.properties]))
  const next = new Map(now.filters.map((filter) => [valuesKey(filter.values), filter.properties]))
  return own.filters.flatMap((filter) => {
    const key = valuesKey(filter.values)
    const [before, after] = [old.get(key), next.get(key)]
    if (!before || !after || isSameValue(before, after) || isSameValue(filter.properties, before)) return []
    const { chargeModel } = own
    return [
      {
        ...about,
        ...NONE,
        filterValues: filter.values,
        price: { chargeModel, properties: filter.properties },
      },
    ]
  })
}

function isFixedCopy(copy: CopiedFixedCharge, was: Priced & { readonly units: string }): boolean {
  return (
    copy.chargeModel === was.chargeModel &&
    copy.units === was.units &&
    isSameValue(copy.properties, was.properties)
  )
}

function priceOf({ chargeModel, properties }: Priced) {
  return { chargeModel, properties }
}

function pricesOf(charge: Priced & { readonly filters: readonly FilterSettings[] }): unknown {
  return [
    charge.chargeModel,
    charge.properties,
    charge.filters.map(({ values, properties }) => [valuesKey(values), properties]),
  ]
}
