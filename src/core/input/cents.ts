import { Decimal } from '../amounts/decimal.ts'
import type { Fields } from './fields.ts'

/** The largest amount that a JSON number holds exactly. */
const CENTS_MAX = Decimal.of(Number.MAX_SAFE_INTEGER)

/**
 * An amount in minor units of at least `min`: a whole JSON number or a digit string. Undefined when the key is absent
 * or invalid (`value_is_invalid`, `value_is_out_of_range`), null when it is null.
 */
export function readCents(fields: Fields, key: string, min: bigint): bigint | null | undefined {
  const amount = fields.decimal(key)
  if (amount === undefined || amount === null) return amount
  if (!amount.isInteger()) return fields.refuse(key, 'value_is_invalid')
  if (amount.compare(Decimal.of(min)) < 0 || amount.compare(CENTS_MAX) > 0) {
    return fields.refuse(key, 'value_is_out_of_range')
  }
  return amount.toBigInt()
}
