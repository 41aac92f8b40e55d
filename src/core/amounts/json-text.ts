/**
 * Cents for JSON: a number while a double holds every digit, otherwise the bigint itself. Serialize such values with
 * `jsonText`; JSON.stringify throws on a bigint rather than losing digits.
 */
export function toWireCents(cents: bigint): number | bigint {
  const double = Number(cents)
  return Number.isSafeInteger(double) ? double : cents
}

/** The same for JSON stored in the database, which reads numbers back as doubles: larger amounts become strings. */
export function storedCents(cents: bigint): number | string {
  const shown = toWireCents(cents)
  return typeof shown === 'number' ? shown : shown.toString()
}

/** Reverses `storedCents`: digit strings under amount keys become numbers again. */
export function fromStoredCents(stored: unknown): unknown {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return stored
  const amounts = stored as Readonly<Record<string, unknown>>
  if (!AMOUNT_KEYS.some((key) => isDigits(amounts[key]))) return stored
  return Object.fromEntries(
    Object.entries(stored).map(([key, value]: [string, unknown]) => [
      key,
      AMOUNT_KEYS.includes(key) && isDigits(value) ? BigInt(value) : value,
    ]),
  )
}

function isDigits(value: unknown): value is string {
  return typeof value === 'string' && /^-?\d+$/.test(value)
}

const AMOUNT_KEYS: readonly string[] = ['plan_amount_cents', 'amount_cents', 'unit_amount_cents']

/** The JSON of a value with every digit of its bigints; otherwise as JSON.stringify writes it. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch (error) {
    // Only a bigint gets here. This path costs several times as much and is rarely taken.
    if (!(error instanceof TypeError)) throw error
    return written(value) ?? 'null'
  }
}

function written(value: unknown): string | undefined {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if ('toJSON' in value && typeof value.toJSON === 'function') return written(value.toJSON())
  if (Array.isArray(value)) return `[${value.map((each) => written(each) ?? 'null').join(',')}]`
  const parts = Object.entries(value).flatMap(([key, each]: [string, unknown]) => {
    const text = written(each)
    return text === undefined ? [] : [`${JSON.stringify(key)}:${text}`]
  })
  return `{${parts.join(',')}}`
}
