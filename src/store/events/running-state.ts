import { createHash } from 'node:crypto'
import { Decimal } from '../../core/amounts/decimal.ts'
import { DAY_MS, HOUR_MS, type Instant, instant } from '../../core/calendar/instant.ts'
import { isoText } from '../../core/calendar/iso-text.ts'
import { type EventProperties, textOf } from '../../core/metering/property-value.ts'
import { countedEvent, type RawEvent } from '../../core/metering/reference.ts'
import { startOfPart } from '../../core/metering/segments.ts'
import { type Aggregation, compareEvents, type UsageEvent } from '../../core/metering/usage.ts'
import type { CutTracker } from './definitions.ts'

/**
 * The change of one hour, or part of an hour, of one bucket: a JSON object with the short names of `weir_add_usage`,
 * omitting defaults (zeros, nulls, a count of one, the bucket without keys). The database adds it to the day as well.
 * Built as text, not objects, because nearly every event produces one and it is written only once.
 */
export type StateRow = {
  readonly subscription: string
  /** True for usage_lasts, false for usage_sums. */
  readonly isLast: boolean
  readonly json: string
}

/** What the subscriptions of one bucket share: tracker, hour or part of one, key values. */
type Family = {
  readonly tracker: CutTracker
  /** The start of each row. */
  readonly head: string
  readonly buckets: Map<string, Bucket>
}

type Bucket = {
  count: number
  sum: Decimal
  max: Decimal | null
  moment: Decimal
  precise: Decimal
  last: UsageEvent
}

/** Whether an aggregation's state is the newest event of each bucket; all others keep sums. */
export function keepsLasts(aggregation: Aggregation): boolean {
  return aggregation === 'latest_agg' || aggregation === 'unique_count_agg'
}

/** The subscription within a row; nothing else in a row has this form. */
export function subscriptionText(externalSubscriptionId: string): string {
  return `"s":${JSON.stringify(externalSubscriptionId)}`
}

const MINUTE_MS = 60_000

/** Cached digests of frequent values, about a hundred bytes each. */
const BUCKETS_MAX = 10_000
const buckets = new Map<string, string>()
const NO_DIMENSIONS = bucketOf([])

/** The digest of a bucket's key values; the SQL function `weir_bucket` computes the same. */
export function bucketOf(dimensions: readonly (string | null)[]): string {
  const parts = dimensions.map((each) => (each === null ? '-' : `${Buffer.byteLength(each)}:${each}`))
  const text = parts.join(',')
  const known = buckets.get(text)
  if (known !== undefined) return known
  const bucket = createHash('md5').update(text).digest('hex')
  if (buckets.size >= BUCKETS_MAX) buckets.clear()
  buckets.set(text, bucket)
  return bucket
}

/**
 * Collects the changes that accepted events make to the running state of their metrics
 * (docs/decisions/0005-usage-state-in-days-and-hours.md).
 */
export class RunningState {
  private readonly families = new Map<CutTracker, Map<number, Map<string, Family>>>()

  /** Adds one event; events that the metric does not count, or without a subscription, add nothing. */
  add(tracker: CutTracker, event: RawEvent): void {
    const subscription = event.externalSubscriptionId
    const counted = subscription === null ? undefined : countedEvent(event, tracker)
    if (subscription === null || !counted) return
    const family = this.familyOf(tracker, subscription, event.properties, counted)
    const known = family.buckets.get(subscription)
    if (known) extend(known, tracker.aggregation, counted)
    else family.buckets.set(subscription, begin(tracker.aggregation, counted))
  }

  /** The rows in no particular order; the database locks them in a consistent one. */
  *rows(): Generator<StateRow> {
    for (const hours of this.families.values()) {
      for (const families of hours.values()) {
        for (const { tracker, head, buckets } of families.values()) {
          const isLast = keepsLasts(tracker.aggregation)
          for (const [subscription, bucket] of buckets) {
            const values = isLast ? lastValues(bucket) : sumValues(bucket)
            yield { subscription, isLast, json: `${head},${subscriptionText(subscription)}${values}}` }
          }
        }
      }
    }
  }

  private familyOf(
    tracker: CutTracker,
    subscription: string,
    properties: EventProperties,
    event: UsageEvent,
  ): Family {
    const { keys, aggregation } = tracker
    const dimensions = keys.map((key) => textOf(properties, key))
    const identity = aggregation === 'unique_count_agg' ? [...dimensions, event.uniqueValue] : dimensions
    const bucket = identity.length === 0 ? NO_DIMENSIONS : bucketOf(identity)
    const startsAt = startOfPart(event.at, tracker.cuts.get(subscription))
    const families = inner(inner(this.families, tracker), startsAt)
    const known = families.get(bucket)
    if (known) return known
    const start = `"t":"${tracker.id}","a":${startsAt}`
    const isPlain = bucket === NO_DIMENSIONS && !keepsLasts(aggregation)
    const head = isPlain ? `{${start}` : `{${start},"b":"${bucket}","d":${JSON.stringify(dimensions)}`
    const family = { tracker, head, buckets: new Map<string, Bucket>() }
    families.set(bucket, family)
    return family
  }
}

/** The map under a key, created if missing. */
function inner<K, K2, V>(maps: Map<K, Map<K2, V>>, key: K): Map<K2, V> {
  const known = maps.get(key)
  if (known) return known
  const made = new Map<K2, V>()
  maps.set(key, made)
  return made
}

function begin(aggregation: Aggregation, event: UsageEvent): Bucket {
  const value = addendOf(aggregation, event)
  return {
    count: 1,
    sum: value,
    max: aggregation === 'max_agg' ? value : null,
    moment: momentOf(aggregation, event),
    precise: event.preciseTotalAmountCents,
    last: event,
  }
}

function extend(bucket: Bucket, aggregation: Aggregation, event: UsageEvent): void {
  bucket.count += 1
  if (event.preciseTotalAmountCents !== Decimal.zero) {
    bucket.precise = bucket.precise.plus(event.preciseTotalAmountCents)
  }
  if (compareEvents(event, bucket.last) > 0) bucket.last = event
  if (keepsLasts(aggregation) || aggregation === 'count_agg' || aggregation === 'custom_agg') return
  const value = addendOf(aggregation, event)
  bucket.sum = bucket.sum.plus(value)
  if (bucket.max) bucket.max = Decimal.max(bucket.max, value)
  if (aggregation === 'weighted_sum_agg') bucket.moment = bucket.moment.plus(momentOf(aggregation, event))
}

/** Counts are already in `count`; a sum of ones would be redundant. */
function addendOf(aggregation: Aggregation, event: UsageEvent): Decimal {
  if (aggregation === 'count_agg' || aggregation === 'custom_agg') return Decimal.zero
  return event.value ?? Decimal.zero
}

function momentOf(aggregation: Aggregation, event: UsageEvent): Decimal {
  if (aggregation !== 'weighted_sum_agg' || event.value === null) return Decimal.zero
  return event.value.times(Decimal.of(event.at))
}

function sumValues({ count, sum, max, moment, precise, last }: Bucket): string {
  const highest = max === null ? '' : `,"x":"${max.toString()}"`
  const totals = `${unlessZero('v', sum)}${highest}${unlessZero('m', moment)}${unlessZero('p', precise)}`
  return `${count === 1 ? '' : `,"n":${count}`}${totals},"l":${last.at}`
}

function lastValues({ count, precise, last }: Bucket): string {
  const { uniqueValue, value, operation } = last
  const unique = uniqueValue === null ? '' : `,"u":${JSON.stringify(uniqueValue)}`
  const newest = value === null ? '' : `,"v":"${value.toString()}"`
  const event = `"l":${last.at},"i":"${last.id}","o":"${operation}"`
  return `,"n":${count},${event}${unique}${newest}${unlessZero('p', precise)}`
}

function unlessZero(name: string, value: Decimal): string {
  return value === Decimal.zero || value.isZero() ? '' : `,"${name}":"${value.toString()}"`
}

const SPANS = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['m', MINUTE_MS],
] as const

/** The number of events per UTC day, hour and minute, for totals and deep pages of the event list. */
export function countRows(
  ats: readonly Instant[],
): readonly { readonly span: 'd' | 'h' | 'm'; readonly starts_at: string; readonly events_count: number }[] {
  return SPANS.flatMap(([span, length]) => {
    const counts = new Map<number, number>()
    for (const at of ats) {
      const startsAt = Math.floor(at / length) * length
      counts.set(startsAt, (counts.get(startsAt) ?? 0) + 1)
    }
    // Sorted, so that concurrent writers of the same rows cannot deadlock.
    const ordered = [...counts].sort(([a], [b]) => a - b)
    return ordered.map(([at, n]) => ({ span, starts_at: isoText(instant(at)), events_count: n }))
  })
}
