import { Fields, isInput } from '../input/fields.ts'
import type { Problems } from '../problems.ts'

/** One metadata entry of a customer as sent; `id` refers to an existing entry. */
export type MetadataEntry = {
  readonly id: string | null
  readonly key: string
  readonly value: string
  readonly displayInInvoice: boolean
}

const ENTRIES_MAX = 5
const KEY_LENGTH_MAX = 20
const VALUE_LENGTH_MAX = 100

/**
 * The complete metadata of a customer: at most 5 entries with distinct keys (otherwise `invalid_count`). Undefined
 * when not sent or invalid; null clears it.
 */
export function readCustomerMetadata(
  value: unknown,
  problems: Problems,
): readonly MetadataEntry[] | undefined {
  if (value === undefined) return undefined
  if (value === null) return []
  if (!Array.isArray(value) || !value.every(isInput)) {
    problems.add('metadata', 'value_is_invalid')
    return undefined
  }
  if (value.length > ENTRIES_MAX) problems.add('metadata', 'invalid_count')
  const entries = value.map((item) => {
    const fields = new Fields(item, problems, 'metadata.')
    return {
      id: fields.text('id') ?? null,
      key: fields.mandatoryText('key', KEY_LENGTH_MAX) ?? '',
      value: fields.mandatoryText('value', VALUE_LENGTH_MAX) ?? '',
      displayInInvoice: fields.boolean('display_in_invoice') === true,
    }
  })
  const keys = entries.map((entry) => entry.key).filter((key) => key !== '')
  if (new Set(keys).size < keys.length) problems.add('metadata.key', 'value_already_exist')
  return entries
}
