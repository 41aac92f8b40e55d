/** The smaller of two amounts of cents. */
export function lesserCents(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
