import { ExactNumber } from '../input/exact-number.ts'

/** What stands in a log in place of a secret. */
export const REDACTED = '[redacted]'

/** Endings of the names of fields that hold a secret; `tokens` are usually units of usage. */
const SECRET =
  /(secret|password|token|authorization|client_id|access_code|(api|hmac|private|access|secret|signature)_?key)$/i

/** A copy of a value from JSON in which secrets are replaced, by the names of their fields. */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value
  if (Array.isArray(value)) return value.map(withoutSecrets)
  return Object.fromEntries(
    Object.entries(value).map(([key, each]: [string, unknown]) => [
      key,
      SECRET.test(key) && each !== null ? REDACTED : withoutSecrets(each),
    ]),
  )
}
