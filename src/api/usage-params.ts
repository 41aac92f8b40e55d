import type { ChargeChoice } from '../actions/usage/read-current-usage.ts'
import { tidyId } from '../core/input/ids.ts'
import { propertyText } from '../core/metering/property-value.ts'
import type { PropertyValues } from '../core/metering/usage.ts'
import { invalid } from '../core/refusal.ts'
import { isObject } from './params.ts'
import { queryText } from './query.ts'

/** A parameter and its older name. */
const CHARGE_PARAMETERS = [
  { by: 'id', names: ['charge_id', 'filter_by_charge_id'] },
  { by: 'code', names: ['charge_code', 'filter_by_charge_code'] },
  { by: 'metric', names: ['billable_metric_code', 'filter_by_metric_code'] },
] as const
const GROUP_NAMES = ['group', 'filter_by_group'] as const

/** The charges that a query chooses: the first parameter present wins (docs/rules/usage.md#current-usage). */
export function chargeChoiceOf(query: unknown): ChargeChoice | null {
  for (const { by, names } of CHARGE_PARAMETERS) {
    const text = firstText(query, names)
    if (text !== undefined) return by === 'id' ? { by, id: tidyId(text) } : { by, code: tidyId(text) }
  }
  return null
}

/**
 * `group[cloud]=aws`, `group[cloud][]=aws` or `group={"cloud": ["aws", "gcp"]}`, or under the older name
 * `filter_by_group`; 422 `value_is_invalid` for a string that is not a JSON object.
 */
export function groupOfQuery(query: unknown): PropertyValues {
  for (const name of GROUP_NAMES) {
    const bracketed = bracketedGroup(query, name)
    if (Object.keys(bracketed).length > 0) return bracketed
    const text = queryText(query, name)
    if (text !== undefined) return jsonGroup(name, text)
  }
  return {}
}

/** `filter_by_presentation`: a JSON array of keys to keep; undefined keeps all. 422 `value_is_invalid`. */
export function presentationOfQuery(query: unknown): readonly string[] | undefined {
  const text = queryText(query, 'filter_by_presentation')
  if (text === undefined) return undefined
  const keys = parsed('filter_by_presentation', text)
  if (!Array.isArray(keys)) throw invalid({ filter_by_presentation: ['value_is_invalid'] })
  return keys.filter((key): key is string => typeof key === 'string')
}

function firstText(query: unknown, names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = queryText(query, name)
    if (text !== undefined) return text
  }
  return undefined
}

function bracketedGroup(query: unknown, name: string): PropertyValues {
  if (!isObject(query)) return {}
  const found = new Map<string, string[]>()
  for (const [key, value] of Object.entries(query)) {
    const own = new RegExp(`^${name}\\[([^\\]]+)\\](\\[\\d*\\])?$`).exec(key)?.[1]
    if (own === undefined) continue
    const texts = (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string')
    found.set(own, [...(found.get(own) ?? []), ...texts])
  }
  return Object.fromEntries(found)
}

function jsonGroup(name: string, text: string): PropertyValues {
  const group = parsed(name, text)
  if (!isObject(group)) throw invalid({ [name]: ['value_is_invalid'] })
  return Object.fromEntries(Object.entries(group).map(([key, value]) => [key, textsOf(value)]))
}

function textsOf(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.flatMap((each) => propertyText(each) ?? [])
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid({ [name]: ['value_is_invalid'] })
  }
}
