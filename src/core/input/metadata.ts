import { invalid } from '../problems.ts'
import { type Input, isInput } from './fields.ts'

/** Arbitrary client data on an object: strings or null by key. */
export type Metadata = Readonly<Record<string, string | null>>

const KEYS_MAX = 50
const KEY_LENGTH_MAX = 100
const VALUE_LENGTH_MAX = 255

/**
 * Reads metadata that replaces what is stored; null means none. Throws a 422 on `metadata` for anything but strings
 * and nulls, and for keys or strings that are too long.
 */
export function readMetadata(raw: unknown): Metadata | null {
  if (raw === null || raw === undefined) return null
  if (!isInput(raw)) throw invalid({ metadata: ['value_is_invalid'] })
  return checked(raw)
}

/** Stored metadata merged with new entries; null or absent changes nothing. Throws like `readMetadata`. */
export function mergeMetadata(stored: Metadata | null, raw: unknown): Metadata | null {
  const added = readMetadata(raw)
  if (added === null || Object.keys(added).length === 0) return stored
  return checked({ ...stored, ...added })
}

function checked(metadata: Input): Metadata {
  const entries = Object.entries(metadata)
  if (entries.length > KEYS_MAX) throw invalid({ metadata: ['too_many_keys'] })
  const isText = (value: unknown) => value === null || typeof value === 'string'
  if (!entries.every(([key, value]) => key !== '' && isText(value))) {
    throw invalid({ metadata: ['value_is_invalid'] })
  }
  const isShort = ([key, value]: [string, unknown]) =>
    key.length <= KEY_LENGTH_MAX && (typeof value !== 'string' || value.length <= VALUE_LENGTH_MAX)
  if (!entries.every(isShort)) throw invalid({ metadata: ['value_is_too_long'] })
  return metadata as Metadata
}
