import { type Instant, instant } from '../core/calendar/instant.ts'
import { invalid } from '../core/problems.ts'
import { queryText } from './params.ts'

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))? ?(Z|UTC|[+-]\d\d:?\d\d)?$/

/**
 * A date or time of a query in ISO 8601, in UTC when it names no zone; 422 `invalid_date` on anything else
 * (platform.md §2).
 */
export function queryInstant(query: unknown, name: string): Instant | undefined {
  const text = queryText(query, name)
  if (text === undefined) return undefined
  // A plus sign in a query string arrives as a blank.
  const parts = ISO.exec(text.replace(/ (\d\d:?\d\d)$/, '+$1'))
  const [, date, time = '00:00', zone = 'Z'] = parts ?? []
  const ms = parts ? Date.parse(`${date}T${time}${zone === 'UTC' ? 'Z' : zone}`) : Number.NaN
  if (Number.isNaN(ms) || date?.startsWith('0000')) throw invalid({ [name]: ['invalid_date'] })
  return instant(ms)
}
