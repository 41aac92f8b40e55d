/** What lies deeper is left out: no message of a provider nests nearly as deep, and walking it would overflow the stack. */
const DEPTH_MAX = 100
const UNKNOWN = '\ufffd'
/** What the database does not take in a text: the NUL character, and halves of surrogate pairs. */
const UNSTORABLE = /\0|\p{Surrogate}/gu

/**
 * A value of a payment provider as the database can keep it: characters that it does not take are replaced, and what is
 * nested deeper than a hundred levels is left out. One odd text must not hold up everything that comes with it.
 */
export function storable<T>(value: T): T {
  return cleaned(value, 0) as T
}

function cleaned(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replace(UNSTORABLE, UNKNOWN)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return depth < DEPTH_MAX ? value.map((item) => cleaned(item, depth + 1)) : null
  // Bytes and dates have nothing to clean.
  if (![Object.prototype, null].includes(Object.getPrototypeOf(value))) return value
  if (depth >= DEPTH_MAX) return null
  const entries = Object.entries(value).map(([key, item]) => [
    key.replace(UNSTORABLE, UNKNOWN),
    cleaned(item, depth + 1),
  ])
  return Object.fromEntries(entries)
}
