import type { Period } from '../calendar/instant.ts'
import { filterBuckets } from '../metering/filters.ts'
import { type PresentationKey, presentationKeys, pricingGroupKeys } from '../metering/grouping.ts'
import type { EventMatch, PropertyValues, UsageQuery } from '../metering/usage.ts'
import type { ChargeProperties } from '../pricing/charge-model.ts'
import { chargeModels } from '../pricing/models.ts'
import type { RatedCharge, RatedFilter } from './charge.ts'

/**
 * Appended to the group keys of a charge whose events may name the paying wallet
 * (docs/rules/filters-and-groups.md#groups).
 */
export const TARGET_WALLET_KEY = 'target_wallet_code'

/** How a request narrows usage (docs/rules/usage.md#current-usage). */
export type UsageNarrowing = {
  /** Only events with these property values; the keys no longer split the usage. */
  readonly group: PropertyValues
  readonly skipGrouping: boolean
}

export const NO_NARROWING: UsageNarrowing = { group: {}, skipGrouping: false }

/** One bucket of a charge: the query for the event store, and how to price the result. */
export type BucketPlan = {
  readonly filter: RatedFilter | null
  readonly properties: ChargeProperties
  readonly groupKeys: readonly string[]
  readonly presentation: readonly PresentationKey[]
  readonly query: UsageQuery
  /** The same usage split further by the presentation keys; null when there are none. */
  readonly presentationQuery: UsageQuery | null
}

/**
 * The buckets of a charge in one period: one per filter and the default one, each with its usage query
 * (docs/rules/filters-and-groups.md#filters and docs/rules/filters-and-groups.md#groups).
 */
export function planUsage(
  charge: RatedCharge,
  externalSubscriptionId: string,
  period: Period,
  narrowing: UsageNarrowing = NO_NARROWING,
): readonly BucketPlan[] {
  return filterBuckets(charge.filters, charge.metric.filters).map(({ filter, match }) => {
    const properties = filter?.properties ?? charge.properties
    const groupKeys = groupKeysOf(charge, properties, narrowing)
    // Presentation keys belong to the charge; a filter's own are ignored.
    const presentation = presentationKeys(charge.properties)
    const query: UsageQuery = {
      externalSubscriptionId,
      code: charge.metric.code,
      aggregation: charge.metric.aggregation,
      fieldName: charge.metric.fieldName,
      period,
      recurring: charge.metric.recurring,
      match: narrowed(match, narrowing.group),
      groupBy: groupKeys,
      detail: needsEvents(charge, properties) ? 'events' : 'totals',
    }
    const split = presentation.map(({ key }) => key).filter((key) => !groupKeys.includes(key))
    const presentationQuery =
      presentation.length === 0 ? null : { ...query, groupBy: [...groupKeys, ...split] }
    return { filter, properties, groupKeys, presentation, query, presentationQuery }
  })
}

function groupKeysOf(
  charge: RatedCharge,
  properties: ChargeProperties,
  narrowing: UsageNarrowing,
): readonly string[] {
  if (narrowing.skipGrouping) return []
  const own = pricingGroupKeys(properties, charge.acceptsTargetWallet)
  return own.filter((key) => !Object.hasOwn(narrowing.group, key))
}

function narrowed(match: EventMatch, group: PropertyValues): EventMatch {
  const keys = Object.keys(group)
  if (keys.length === 0) return match
  const own = keys.map((key) => {
    const wanted = group[key] ?? []
    const earlier = Object.hasOwn(match.include, key) ? match.include[key] : undefined
    return [key, earlier ? earlier.filter((value) => wanted.includes(value)) : wanted]
  })
  const include = Object.fromEntries([...Object.entries(match.include), ...own])
  return { include, exclude: match.exclude }
}

/** Whether pricing a bucket needs the events, not only their totals. */
export function needsEvents(
  charge: Pick<RatedCharge, 'metric' | 'model' | 'prorated'>,
  properties: ChargeProperties,
): boolean {
  if (charge.metric.aggregation === 'custom_agg') return true
  const isCount =
    charge.metric.aggregation === 'count_agg' || charge.metric.aggregation === 'unique_count_agg'
  const reads = chargeModels[charge.model].readsEvents(properties) && !isCount
  return reads || (charge.prorated && charge.metric.recurring)
}
