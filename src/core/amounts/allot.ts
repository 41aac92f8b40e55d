import type { Decimal } from './decimal.ts'

/**
 * Whole cents for exact amounts so that they sum to a total that was rounded from their sum: each is rounded down, and
 * what is missing goes to the largest fractions, to the earlier amount among equal ones. A total that is off by more
 * than a cent for each amount is reached in turns.
 */
export function allot(exact: readonly Decimal[], totalCents: bigint): bigint[] {
  const shares = exact.map((each) => each.round(0, 'floor').toBigInt())
  const order = exact
    .map((each, k) => ({ k, fraction: each.minus(each.round(0, 'floor')) }))
    .sort((a, b) => b.fraction.compare(a.fraction) || a.k - b.k)
    .map(({ k }) => k)
  let missing = totalCents - shares.reduce((sum, share) => sum + share, 0n)
  const step = missing < 0n ? -1n : 1n
  for (let turn = 0; missing !== 0n && order.length > 0; turn += 1) {
    const k = order[turn % order.length] ?? 0
    shares[k] = (shares[k] ?? 0n) + step
    missing -= step
  }
  return shares
}
