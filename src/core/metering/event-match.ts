import { type EventProperties, textOf } from './property-value.ts'
import type { EventMatch, PropertyValues } from './usage.ts'

/**
 * Whether an event belongs to a bucket: every key of `include` matches and no `exclude` set matches as a
 * whole (docs/rules/filters-and-groups.md#filters).
 */
export function matchesEvent(properties: EventProperties, match: EventMatch): boolean {
  return (
    matchesValues(properties, match.include) && !match.exclude.some((each) => matchesValues(properties, each))
  )
}

/** Whether every listed key has one of the listed values; an event without the key does not match. */
export function matchesValues(properties: EventProperties, values: PropertyValues): boolean {
  return Object.entries(values).every(([key, accepted]) => {
    const text = textOf(properties, key)
    return text !== null && accepted.includes(text)
  })
}
