import { exponentOf } from '../../amounts/currency.ts'
import type { Decimal } from '../../amounts/decimal.ts'
import { priceFixedCharge } from '../../fixed-charges/price.ts'
import {
  adjustedKey,
  type BilledItem,
  type FeeAmounts,
  multiplied,
  withAdjustment,
} from '../../invoicing/adjusted-fee.ts'
import type { FeeDraft } from '../../invoicing/fee-draft.ts'
import { emptyGroup, pricingGroupKeys } from '../../metering/grouping.ts'
import type { GroupedBy } from '../../metering/usage.ts'
import { priceAdjustedUnits } from '../../pricing/adjusted.ts'
import type { Pricing } from '../../pricing/price-usage.ts'
import type { PricingUnit, RatedCharge, RatedFilter } from '../../rating/charge.ts'
import { nothingUsed, type RatedUsage } from '../../rating/rate-usage.ts'
import type { BilledSubscription } from '../billed-subscription.ts'
import type { FixedChargeFacts } from '../fixed-charges.ts'

type Adjusting = Pick<BilledSubscription, 'subscription' | 'adjusted'>

/** A fee that is not priced by units, as its draft keeps it: units multiply its amount. */
export function adjustedAmount(billed: Adjusting, item: BilledItem, fee: FeeDraft): FeeDraft {
  return adjusted(billed, item, fee, (units, exponent) => multiplied(fee, units, exponent))
}

/** The fee of a fixed charge as its draft keeps it: units are priced in full, without proration. */
export function adjustedUnits(billed: Adjusting, charge: FixedChargeFacts, fee: FeeDraft): FeeDraft {
  const item = { kind: 'fixed_charge', rootFixedChargeId: charge.rootId } as const
  return adjusted(billed, item, fee, (units, exponent) => fixedUnits(charge, units, exponent))
}

/** The amounts of some units of a fixed charge. */
export function fixedUnits(
  charge: Pick<FixedChargeFacts, 'model' | 'properties'>,
  units: Decimal,
  exponent: number,
): FeeAmounts {
  return {
    ...priceFixedCharge(charge, { full: units, weighed: units }, exponent),
    amountDetails: {},
    eventsCount: null,
    pricingUnit: null,
  }
}

/** The fee of usage as its draft keeps it: units are priced as the charge prices them. */
export function adjustedUsage(billed: Adjusting, rated: RatedUsage, fee: FeeDraft): FeeDraft {
  const { charge, filter, groupedBy, pricing } = rated
  return adjusted(billed, itemOf(charge, filter, groupedBy), fee, (units) =>
    usedUnits(pricing, charge.pricingUnit, units),
  )
}

/** The amounts of some units of usage. */
export function usedUnits(pricing: Pricing, unit: PricingUnit | null, units: Decimal): FeeAmounts {
  const { pricingUnit, ...amounts } = priceAdjustedUnits(pricing, units)
  return { ...amounts, eventsCount: 0, pricingUnit: pricingUnit && unit ? { ...pricingUnit, unit } : null }
}

/** The usage of a charge, with that which an adjusted fee is for and nobody had. */
export function withAddedUsages(
  { subscription, adjusted }: Adjusting,
  charge: RatedCharge,
  usages: readonly RatedUsage[],
): readonly RatedUsage[] {
  if (adjusted.size === 0) return usages
  const keyOf = (filter: RatedFilter | null, groupedBy: GroupedBy) =>
    adjustedKey(subscription.id, itemOf(charge, filter, groupedBy))
  const known = new Set(usages.map(({ filter, groupedBy }) => keyOf(filter, groupedBy)))
  const added = [null, ...charge.filters].flatMap((filter) => {
    const properties = filter?.properties ?? charge.properties
    const groupedBy = emptyGroup(pricingGroupKeys(properties, charge.acceptsTargetWallet))
    const key = keyOf(filter, groupedBy)
    if (known.has(key) || !adjusted.has(key)) return []
    return [nothingUsed(charge, filter, groupedBy, exponentOf(subscription.plan.currency))]
  })
  return [...usages, ...added]
}

function adjusted(
  { subscription, adjusted }: Adjusting,
  item: BilledItem,
  fee: FeeDraft,
  priceUnits: (units: Decimal, exponent: number) => FeeAmounts,
): FeeDraft {
  if (adjusted.size === 0) return fee
  const exponent = exponentOf(subscription.plan.currency)
  return withAdjustment(fee, adjusted.get(adjustedKey(subscription.id, item)), exponent, (units) =>
    priceUnits(units, exponent),
  )
}

function itemOf(charge: RatedCharge, filter: RatedFilter | null, groupedBy: GroupedBy): BilledItem {
  return {
    kind: 'charge',
    rootChargeId: charge.rootId,
    filterValues: filter?.values ?? null,
    groupedBy,
  }
}
