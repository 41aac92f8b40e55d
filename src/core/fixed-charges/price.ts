import { Decimal } from '../amounts/decimal.ts'
import { daysBetween } from '../calendar/calendar-date.ts'
import { days } from '../calendar/days.ts'
import type { Instant } from '../calendar/instant.ts'
import { localDate, type TimeZone } from '../calendar/zone.ts'
import { type ChargeProperties, perUnit, plainUsage } from '../pricing/charge-model.ts'
import { chargeModels } from '../pricing/models.ts'
import { feeMoney, type RatedFee } from '../pricing/rated-fee.ts'
import type { Window } from '../subscriptions/windows.ts'
import type { FixedChargeModel } from './settings.ts'
import type { PeriodUnits } from './units.ts'

/** What a fixed charge costs. */
export type FixedPricing = { readonly model: FixedChargeModel; readonly properties: ChargeProperties }

/** The money of a fixed charge: the units that its fee shows, cents, and the price of one unit. */
export type FixedPrice = Pick<RatedFee, 'units' | 'amountCents' | 'preciseAmountCents' | 'unitAmount'>

/** A window that a fixed charge in advance was billed for, when, and for how much. */
export type BilledWindowFee = {
  readonly period: Window
  readonly billedAt: Instant
  readonly amountCents: bigint
}

/**
 * The price of the units of a period (docs/rules/fixed-charges.md#price).
 *
 * @param exponent decimals of the currency
 */
export function priceFixedCharge(pricing: FixedPricing, units: PeriodUnits, exponent: number): FixedPrice {
  return priced(amountOf(pricing, units), units.full, exponent)
}

/**
 * The price of units that are more than those that were paid (docs/rules/fixed-charges.md#units-that-change-at-once);
 * nothing when they are not more.
 */
export function priceMoreUnits(
  pricing: FixedPricing,
  more: { readonly units: Decimal; readonly days: number; readonly of: number },
  exponent: number,
): FixedPrice {
  if (!more.units.isPositive()) return priced(Decimal.zero, Decimal.zero, exponent)
  const weighed = more.units.times(Decimal.of(more.days)).dividedBy(Decimal.of(more.of))
  const { model, properties } = pricing
  const usage = { ...plainUsage(weighed), fullUnits: weighed }
  return priced(chargeModels[model].price(properties, usage).amount, more.units, exponent)
}

/** Days that are left of a window on the day of an instant, that day included. */
export function remainingDays(at: Instant, window: Window, zone: TimeZone): number {
  return daysBetween(localDate(at, zone), localDate(window.to, zone)) + 1
}

/**
 * What an earlier plan has been paid for a window of its own that covers the beginning of a new one: its share for the
 * days of the new one, in cents (docs/rules/fixed-charges.md#upgrades).
 */
export function alreadyPaidCents(paid: BilledWindowFee, window: Window, zone: TimeZone): bigint {
  const paidDays = days(paid.billedAt, paid.period.to, zone)
  if (paidDays <= 0) return 0n
  return Decimal.of(paid.amountCents)
    .times(Decimal.of(days(window.from, window.to, zone)))
    .dividedBy(Decimal.of(paidDays))
    .round()
    .toBigInt()
}

/** A price less what was paid already, never below nothing; the price of one unit stays. */
export function lessPaid(price: FixedPrice, paidCents: bigint): FixedPrice {
  if (paidCents >= price.amountCents) {
    return { ...price, amountCents: 0n, preciseAmountCents: Decimal.zero }
  }
  return {
    ...price,
    amountCents: price.amountCents - paidCents,
    preciseAmountCents: Decimal.max(Decimal.zero, price.preciseAmountCents.minus(Decimal.of(paidCents))),
  }
}

function priced(amount: Decimal, units: Decimal, exponent: number): FixedPrice {
  if (amount.isNegative()) return priced(Decimal.zero, Decimal.zero, exponent)
  const { amountCents, preciseAmountCents, unitAmount } = feeMoney(
    { amount, unitAmount: perUnit(amount, units) },
    { exponent, conversionRate: null },
  )
  return { units, amountCents, preciseAmountCents, unitAmount }
}

function amountOf({ model, properties }: FixedPricing, { full, weighed }: PeriodUnits): Decimal {
  const whole = chargeModels[model].price(properties, { ...plainUsage(weighed), fullUnits: full })
  if (model !== 'graduated' || full.equals(weighed)) return whole.amount
  // The tiers are filled with all units, each shrinks with the days, and flat amounts are owed in full.
  const tiers = chargeModels.graduated.price(properties, plainUsage(full)).details.graduated_ranges
  const share = full.isZero() ? Decimal.zero : weighed.dividedBy(full)
  return Decimal.sum(
    (tiers as readonly GraduatedLine[]).map((tier) =>
      Decimal.of(tier.per_unit_total_amount).times(share).plus(Decimal.of(tier.flat_unit_amount)),
    ),
  )
}

type GraduatedLine = { readonly per_unit_total_amount: string; readonly flat_unit_amount: string }
