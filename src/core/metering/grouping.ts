import { Decimal } from '../amounts/decimal.ts'
import { type EventProperties, textOf } from './property-value.ts'
import type { GroupedBy } from './usage.ts'

/** A key that splits the shown units without changing the price (docs/rules/filters-and-groups.md#groups). */
export type PresentationKey = { readonly key: string; readonly displayInInvoice: boolean }

/** The units of one tuple of presentation values. */
export type PresentationBreakdown = { readonly presentationBy: GroupedBy; readonly units: Decimal }

/**
 * The group of an event: each key's value as a string; missing, null and empty are all null
 * (docs/rules/filters-and-groups.md#groups).
 */
export function groupOf(properties: EventProperties, keys: readonly string[]): GroupedBy {
  return Object.fromEntries(keys.map((key) => [key, textOf(properties, key) || null]))
}

/** The group of a result without events: all keys null. */
export function emptyGroup(keys: readonly string[]): GroupedBy {
  return Object.fromEntries(keys.map((key) => [key, null]))
}

/** A string that is equal for equal groups, regardless of the order of keys. */
export function groupId(group: GroupedBy): string {
  const entries = Object.entries(group).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return JSON.stringify(entries)
}

/** The inverse of `groupId`. */
export function groupOfId(id: string): GroupedBy {
  const entries: [string, string | null][] = JSON.parse(id)
  return Object.fromEntries(entries)
}

/** The part of a group for the given keys. */
export function groupPart(group: GroupedBy, keys: readonly string[]): GroupedBy {
  return Object.fromEntries(keys.map((key) => [key, Object.hasOwn(group, key) ? (group[key] ?? null) : null]))
}

/**
 * `properties.pricing_group_keys`, or its old name `grouped_by`, and `target_wallet_code` when the charge
 * accepts target wallets (docs/rules/filters-and-groups.md#groups).
 */
export function pricingGroupKeys(
  properties: Readonly<Record<string, unknown>>,
  acceptsTargetWallet = false,
): readonly string[] {
  const source = properties.pricing_group_keys ?? properties.grouped_by
  const keys = Array.isArray(source) ? source.filter((key) => typeof key === 'string' && key !== '') : []
  return [...new Set<string>(acceptsTargetWallet ? [...keys, 'target_wallet_code'] : keys)]
}

/**
 * `properties.presentation_group_keys` as stored: `[{value, options: {display_in_invoice}}]`
 * (docs/rules/filters-and-groups.md#groups).
 */
export function presentationKeys(properties: Readonly<Record<string, unknown>>): readonly PresentationKey[] {
  const source = properties.presentation_group_keys
  if (!Array.isArray(source)) return []
  return source.flatMap((each: unknown) => {
    if (typeof each === 'string') return [{ key: each, displayInInvoice: false }]
    if (typeof each !== 'object' || each === null || !('value' in each) || typeof each.value !== 'string')
      return []
    const options: unknown = 'options' in each ? each.options : undefined
    const shown = typeof options === 'object' && options !== null && 'display_in_invoice' in options
    return [{ key: each.value, displayInInvoice: shown && options.display_in_invoice === true }]
  })
}

/**
 * Breakdowns reduced to some of their keys. Units of tuples that become equal are added, in order of first
 * appearance; with no key left there is no breakdown (docs/rules/usage.md#current-usage).
 */
export function narrowBreakdowns(
  breakdowns: readonly PresentationBreakdown[],
  keys: readonly string[],
): readonly PresentationBreakdown[] {
  if (keys.length === 0) return []
  const byGroup = new Map<string, PresentationBreakdown>()
  for (const { presentationBy, units } of breakdowns) {
    const part = groupPart(presentationBy, keys)
    const id = groupId(part)
    byGroup.set(id, { presentationBy: part, units: units.plus(byGroup.get(id)?.units ?? Decimal.zero) })
  }
  return [...byGroup.values()]
}
