import { Decimal } from './decimal.ts'

/**
 * Splits a total in proportion to weights. The shares are integers, sum exactly to `total`, and each is within one
 * unit of its exact share: every share is truncated, and the units left over go to the largest remainders, ties to
 * the earlier share. A weight of zero receives nothing. The list of weights may be empty only when the total is zero.
 * Throws on a negative weight, or when weights sum to zero and the total does not.
 */
export function split(total: bigint, weights: readonly Decimal[]): bigint[] {
  if (weights.some((weight) => weight.isNegative())) throw new Error('a share cannot have a negative weight')
  const integers = scaledToIntegers(weights)
  const sum = integers.reduce((left, right) => left + right, 0n)
  if (sum === 0n) {
    if (total !== 0n) throw new Error('cannot split an amount over weights that sum to zero')
    return weights.map(() => 0n)
  }
  const whole = total < 0n ? -total : total
  const shares = integers.map((weight) => (whole * weight) / sum)
  const remainders = integers.map((weight, index) => ({ index, rest: (whole * weight) % sum }))
  remainders.sort((left, right) => compareBigInts(right.rest, left.rest) || left.index - right.index)
  let left = whole - shares.reduce((a, b) => a + b, 0n)
  for (const { index } of remainders) {
    if (left === 0n) break
    shares[index] = (shares[index] ?? 0n) + 1n
    left -= 1n
  }
  return total < 0n ? shares.map((share) => -share) : shares
}

/** Exact proportions need integers, so all weights are scaled by one power of ten. */
function scaledToIntegers(weights: readonly Decimal[]): bigint[] {
  const scale = Math.max(0, ...weights.map((weight) => weight.toString().split('.')[1]?.length ?? 0))
  const factor = Decimal.of(10n ** BigInt(scale))
  return weights.map((weight) => weight.times(factor).toBigInt())
}

function compareBigInts(a: bigint, b: bigint): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
