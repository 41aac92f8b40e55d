import { Decimal } from '../amounts/decimal.ts'
import type { EventValues } from './charge-model.ts'
import type { FreeAllowance } from './running-totals.ts'

/** The price of a transaction: a rate in percent and a fixed amount, clamped to two limits. */
export type TransactionPrice = {
  readonly rate: Decimal
  readonly fixedAmount: Decimal
  readonly min: Decimal | undefined
  readonly max: Decimal | undefined
}

/**
 * The price of one transaction of `value`; the fixed amount counts towards the limits
 * (docs/rules/pricing-models.md#percentage).
 */
export function priceTransaction(value: Decimal, price: TransactionPrice): Decimal {
  const amount = percentOf(value, price.rate).plus(price.fixedAmount)
  if (price.min && amount.compare(price.min) < 0) return price.min
  if (price.max && amount.compare(price.max) > 0) return price.max
  return amount
}

const HUNDREDTH = Decimal.of('0.01')

/** `rate` percent of `value`, exactly. */
export function percentOf(value: Decimal, rate: Decimal): Decimal {
  return value.times(rate).times(HUNDREDTH)
}

/**
 * The price of all transactions, one by one (docs/rules/pricing-models.md#percentage). If the charge has free units,
 * free events are ignored; they only apply when there are no free units.
 */
export function priceTransactions(
  values: EventValues,
  allowance: FreeAllowance,
  price: TransactionPrice,
): Decimal {
  if ('ones' in values) return priceOnes(values.ones, allowance, price)
  let freeEvents = allowance.events
  let freeUnits = allowance.units
  let total = Decimal.zero
  for (const value of values) {
    let paid = value
    if (freeEvents > 0 || freeUnits.isPositive()) {
      freeEvents -= 1
      if (!freeUnits.isPositive()) continue
      if (freeUnits.compare(value) > 0) {
        freeUnits = freeUnits.minus(value)
        continue
      }
      // The event that uses up the allowance pays for its remainder. Even if that is zero, the fixed amount is due.
      paid = value.minus(freeUnits)
      freeUnits = Decimal.zero
      freeEvents = 0
    }
    total = total.plus(priceTransaction(paid, price))
  }
  return total
}

/** The same for events of one unit each, without iterating over them. */
function priceOnes(count: number, allowance: FreeAllowance, price: TransactionPrice): Decimal {
  const eventsAt = (events: Decimal): Decimal =>
    Decimal.max(events, Decimal.zero).times(priceTransaction(Decimal.one, price))
  const all = Decimal.of(count)
  if (!allowance.units.isPositive()) return eventsAt(all.minus(Decimal.of(allowance.events)))
  const freeWhole = allowance.units.round(0, 'ceil').minus(Decimal.one)
  if (all.compare(freeWhole) <= 0) return Decimal.zero
  const rest = Decimal.one.minus(allowance.units.minus(freeWhole))
  return priceTransaction(rest, price).plus(eventsAt(all.minus(freeWhole).minus(Decimal.one)))
}
