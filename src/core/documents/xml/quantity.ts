import { Decimal } from '../../amounts/decimal.ts'

const QUANTITY_DECIMALS = 4
const PRICE_DECIMALS = 6
const PER_DIGITS_MAX = 6
/** How far quantity times price may be from the units and the price that were billed, and from the amount. */
const PRODUCT_TOLERANCE = Decimal.of('0.001')
const AMOUNT_TOLERANCE = Decimal.of('0.01')
const TEN = Decimal.of(10)

/** A quantity and a price for `per` units that multiply to the amount of their line. */
export type Quantity = {
  readonly quantity: Decimal
  readonly price: Decimal
  readonly per: bigint
  /** False when the line says one unit at its whole amount, because its units and price do not multiply to it. */
  readonly isExact: boolean
}

/**
 * Units and price with the few decimals that e-invoices allow (docs/rules/e-invoices.md#quantities-and-prices). Prices
 * too small for them are given for ten, a hundred or up to a million units. Amounts are in major units.
 */
export function quantityOf(units: Decimal, price: Decimal, amount: Decimal): Quantity {
  const quantity = units.round(QUANTITY_DECIMALS)
  if (!units.isZero() && !quantity.isZero() && !price.isNegative()) {
    const product = units.times(price)
    let factor = Decimal.one
    for (let digits = 0; digits <= PER_DIGITS_MAX; digits += 1) {
      const rounded = price.times(factor).round(PRICE_DECIMALS)
      const written = quantity.times(rounded).dividedBy(factor)
      if (isNear(written, product, PRODUCT_TOLERANCE) && isNear(written, amount, AMOUNT_TOLERANCE)) {
        return { quantity, price: rounded, per: factor.toBigInt(), isExact: true }
      }
      factor = factor.times(TEN)
    }
  }
  // A price is never negative; a line that takes something off has a negative quantity.
  const one = amount.isNegative() ? Decimal.one.negated() : Decimal.one
  return { quantity: one, price: amount.abs(), per: 1n, isExact: false }
}

function isNear(a: Decimal, b: Decimal, tolerance: Decimal): boolean {
  return a.minus(b).abs().compare(tolerance) <= 0
}
