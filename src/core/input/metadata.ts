import { type Outcome, outcome, refusedFields } from '../problems.ts'
import { type Input, isInput } from './fields.ts'

/** Arbitrary client data on an object: strings or null by key. */
export type Metadata = Readonly<Record<string, string | null>>

const KEYS_MAX = 50
const KEY_LENGTH_MAX = 100
const VALUE_LENGTH_MAX = 255

/**
 * Reads metadata that replaces what is stored; null means none. 422 on `metadata` for anything but strings and nulls,
 * and for keys or strings that are too long.
 */
export function readMetadata(raw: unknown): Outcome<Metadata | null> {
  if (raw === null || raw === undefined) return outcome(null)
  if (!isInput(raw)) return refusedFields({ metadata: ['value_is_invalid'] })
  return checked(raw)
}

/** Stored metadata merged with new entries; null or absent changes nothing. 422 as in `readMetadata`. */
export function mergeMetadata(stored: Metadata | null, raw: unknown): Outcome<Metadata | null> {
  const added = readMetadata(raw)
  if (!added.ok) return added
  if (added.value === null || Object.keys(added.value).length === 0) return outcome(stored)
  return checked({ ...stored, ...added.value })
}

function checked(metadata: Input): Outcome<Metadata> {
  const entries = Object.entries(metadata)
  if (entries.length > KEYS_MAX) return refusedFields({ metadata: ['too_many_keys'] })
  const isText = (each: unknown) => each === null || typeof each === 'string'
  if (!entries.every(([key, text]) => key !== '' && isText(text))) {
    return refusedFields({ metadata: ['value_is_invalid'] })
  }
  const isShort = ([key, text]: [string, unknown]) =>
    key.length <= KEY_LENGTH_MAX && (typeof text !== 'string' || text.length <= VALUE_LENGTH_MAX)
  if (!entries.every(isShort)) return refusedFields({ metadata: ['value_is_too_long'] })
  return outcome(metadata as Metadata)
}
