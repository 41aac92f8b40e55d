import { Decimal } from '../amounts/decimal.ts'
import { type PricedUsage, perUnit } from './charge-model.ts'
import { chargeModels } from './models.ts'
import type { Pricing } from './price-usage.ts'
import { feeMoney, pricedExponent, type RatedFee, zeroFee } from './rated-fee.ts'

/** The usage of the period around one event (docs/rules/in-advance.md). */
export type EventUsage = {
  /** `A`, `n`: everything up to and including the event. */
  readonly withEvent: PricedUsage
  /**
   * `A - q`, `n - 1`: the same without the units that the event added. A percentage keeps the running
   * totals of `withEvent`; its `eventValues` leave the event out.
   */
  readonly withoutEvent: PricedUsage
  /** The units that the fee shows: `q`, or the units applied when the event raised no maximum. */
  readonly shownUnits: Decimal
}

/**
 * The fee of one event in advance: the price with the event less the price without it
 * (docs/rules/in-advance.md). `unitAmount` is the rounded amount over the shown units.
 */
export function priceInAdvance(pricing: Pricing, usage: EventUsage): RatedFee {
  const model = chargeModels[pricing.model]
  const withEvent = model.price(pricing.properties, usage.withEvent)
  const withoutEvent = model.price(pricing.properties, usage.withoutEvent)
  const amount = withEvent.amount.minus(withoutEvent.amount)
  if (amount.isNegative() || usage.shownUnits.isNegative()) return zeroFee(pricing)
  const rounded = amount.round(pricedExponent(pricing))
  return {
    units: usage.shownUnits,
    ...feeMoney({ amount, unitAmount: perUnit(rounded, usage.shownUnits) }, pricing),
    amountDetails: model.eventDetails?.(withEvent, withoutEvent) ?? {},
  }
}

/** What the event itself brought; `shownUnits` as in `EventUsage`. */
export type EventShare = {
  /** `q`: the units that it added to what is priced; prorated when the charge is. */
  readonly added: Decimal
  readonly shownUnits: Decimal
  /** Whether nothing was charged before it: then it pays what is due at no units, the first tier's flat amount. */
  readonly isFirst: boolean
  /** Its precise_total_amount_cents in currency units (dynamic). */
  readonly preciseTotalAmount: Decimal
}

/**
 * The usage around the newest event of `total`: what there was before it is `total` less its share, and never below
 * nothing, for a sum that fell below zero was charged at none. So the fees of a period add up to the price of what was
 * charged in it.
 */
export function usageAroundEvent(total: PricedUsage, event: EventShare): EventUsage {
  const { eventValues } = total
  const before = Decimal.max(total.units.minus(event.added), Decimal.zero)
  const after = before.plus(event.added)
  const withoutEvent: PricedUsage = {
    ...total,
    units: before,
    fullUnits: before,
    flatAtZero: !event.isFirst,
    eventsCount: Math.max(total.eventsCount - 1, 0),
    eventValues:
      'ones' in eventValues ? { ones: Math.max(eventValues.ones - 1, 0) } : eventValues.slice(0, -1),
    preciseTotalAmount: total.preciseTotalAmount.minus(event.preciseTotalAmount),
  }
  return {
    withEvent: { ...total, units: after, fullUnits: after },
    withoutEvent,
    shownUnits: event.shownUnits,
  }
}
