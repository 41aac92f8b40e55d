import { Decimal } from '../amounts/decimal.ts'
import { type Movement, type Price, type PricedUsage, perUnit } from './charge-model.ts'
import type { Bounds } from './ranges-check.ts'

/** A tier of graduated pricing; amounts in currency units. */
export type GraduatedTier = Bounds & { readonly perUnitAmount: Decimal; readonly flatAmount: Decimal }

/**
 * The price of a recurring quantity that changed during the period: full units select the tier, prorated units are
 * priced (docs/rules/pricing-models.md#graduated-and-prorated). A tier's flat amount stays due once reached, even if
 * the quantity drops again.
 */
export function priceGraduatedProrated(
  tiers: readonly GraduatedTier[],
  usage: PricedUsage,
  movements: readonly Movement[],
): Price {
  const unitsNow = Decimal.sum(movements.map((movement) => movement.units))
  const priceOf = (amount: Decimal): Price => ({ amount, unitAmount: perUnit(amount, unitsNow), details: {} })
  if (usage.units.isZero()) return priceOf(tiers[0]?.flatAmount ?? Decimal.zero)

  let position = Decimal.zero
  let top = Decimal.zero
  let money = Decimal.zero
  for (const movement of movements) {
    const next = position.plus(movement.units)
    money = money.plus(priceMovement(tiers, position, next, movement))
    position = next
    top = Decimal.max(top, position)
  }
  if (position.isNegative()) return priceOf(Decimal.zero)
  return priceOf(Decimal.max(money, Decimal.zero).plus(flatsUpTo(tiers, top)))
}

/** Splits a movement into tiers and prices each part for the movement's share of the period. */
function priceMovement(
  tiers: readonly GraduatedTier[],
  position: Decimal,
  next: Decimal,
  movement: Movement,
): Decimal {
  if (movement.units.isZero() || movement.prorated.isZero()) return Decimal.zero
  const low = Decimal.min(position, next)
  const high = Decimal.max(position, next)
  let fullPrice = Decimal.zero
  let previousTo: Decimal | null = null
  for (const { to, perUnitAmount } of tiers) {
    // Tier k covers (previous `to`, `to`]; anything below zero belongs to the first tier.
    const start: Decimal = previousTo === null ? low : Decimal.max(low, previousTo)
    const end: Decimal = to === null ? high : Decimal.min(high, to)
    if (end.compare(start) > 0) {
      const part = end.minus(start)
      // A movement within one tier avoids the division, so that its price is exact.
      if (part.equals(movement.units.abs())) return movement.prorated.times(perUnitAmount)
      fullPrice = fullPrice.plus(part.times(perUnitAmount))
    }
    previousTo = to
    if (to === null || to.compare(high) >= 0) break
  }
  return fullPrice.times(movement.prorated).dividedBy(movement.units.abs())
}

function flatsUpTo(tiers: readonly GraduatedTier[], top: Decimal): Decimal {
  let total = Decimal.zero
  for (const { to, flatAmount } of tiers) {
    total = total.plus(flatAmount)
    if (to === null || top.compare(to) <= 0) break
  }
  return total
}
