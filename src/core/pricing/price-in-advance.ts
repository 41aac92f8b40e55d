import { Decimal } from '../amounts/decimal.ts'
import { type PricedUsage, perUnit } from './charge-model.ts'
import { chargeModels } from './models.ts'
import type { Pricing } from './price-usage.ts'
import { feeMoney, pricedExponent, type RatedFee, zeroFee } from './rated-fee.ts'

/** The usage of the period with and without one event (docs/rules/in-advance.md). */
export type EventUsage = {
  /** `A`, `n`: all usage up to and including the event. */
  readonly withEvent: PricedUsage
  /**
   * `A - q`, `n - 1`: the same without the units added by the event. A percentage keeps the running totals of
   * `withEvent`; its `eventValues` exclude the event.
   */
  readonly withoutEvent: PricedUsage
  /** The units shown on the fee: `q`, or the applied units when the event did not raise the maximum. */
  readonly shownUnits: Decimal
}

/**
 * The fee of one event in advance: the price with the event minus the price without it (docs/rules/in-advance.md).
 * `unitAmount` is the rounded amount over the shown units.
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

/** The event's own contribution; `shownUnits` as in `EventUsage`. */
export type EventShare = {
  /** `q`: the priced units it added; prorated when the charge is. */
  readonly added: Decimal
  readonly shownUnits: Decimal
  /**
   * Whether nothing was charged before; the first event also pays what is due at zero units, the first tier's flat
   * amount.
   */
  readonly isFirst: boolean
  /** Its precise_total_amount_cents in currency units (dynamic). */
  readonly preciseTotalAmount: Decimal
}

/**
 * The usage with and without the newest event of `total`. Usage without it is `total` minus its share, but never
 * below zero, because a negative sum was charged as zero. So the fees of a period add up to the price of the quantity
 * charged.
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
