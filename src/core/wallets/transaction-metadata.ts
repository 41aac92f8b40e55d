import { digitsOf, isInput } from '../input/fields.ts'
import { type Outcome, outcome, refusedFields } from '../problems.ts'
import type { TransactionMetadata } from './transaction.ts'

const KEY_LENGTH_MAX = 20
const VALUE_LENGTH_MAX = 100

/**
 * Reads the metadata of a wallet transaction: a list of exactly `{"key", "value"}` with scalar values, `pairsMax` at
 * most. Null and an empty object mean none. 422 on `metadata` with the first error.
 */
export function readTransactionMetadata(raw: unknown, pairsMax: number): Outcome<TransactionMetadata> {
  if (raw === undefined || raw === null) return outcome([])
  if (isInput(raw) && Object.keys(raw).length === 0) return outcome([])
  if (!Array.isArray(raw)) return refusedFields({ metadata: ['invalid_type'] })
  if (raw.length > pairsMax) return refusedFields({ metadata: ['too_many_keys'] })
  const pairs: { readonly key: string; readonly value: string }[] = []
  for (const each of raw as readonly unknown[]) {
    const pair = readPair(each)
    if (!pair.ok) return pair
    pairs.push(pair.value)
  }
  return outcome(pairs)
}

function readPair(raw: unknown): Outcome<TransactionMetadata[number]> {
  const isPair = isInput(raw) && Object.keys(raw).length === 2 && 'key' in raw && 'value' in raw
  if (!isPair) return refusedFields({ metadata: ['invalid_key_value_pair'] })
  const { key, value } = raw
  if (isNested(key) || isNested(value)) {
    return refusedFields({ metadata: ['nested_structure_not_allowed'] })
  }
  const name = textOf(key)
  const text = textOf(value)
  if (name.trim() === '' || text.trim() === '') return refusedFields({ metadata: ['invalid_key_value_pair'] })
  if (name.length > KEY_LENGTH_MAX) return refusedFields({ metadata: ['key_too_long'] })
  if (text.length > VALUE_LENGTH_MAX) return refusedFields({ metadata: ['value_too_long'] })
  return outcome({ key: name, value: text })
}

function isNested(value: unknown): boolean {
  return Array.isArray(value) || isInput(value)
}

/** A scalar as text; null is blank. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return digitsOf(value) ?? (typeof value === 'boolean' ? String(value) : '')
}
