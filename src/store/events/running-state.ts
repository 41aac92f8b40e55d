import { createHash } from 'node:crypto'
import { Decimal } from '../../core/amounts/decimal.ts'
import { DAY_MS, HOUR_MS, type Instant } from '../../core/calendar/instant.ts'
import { type EventProperties, textOf } from '../../core/metering/property-value.ts'
import { countedEvent, type RawEvent } from '../../core/metering/reference.ts'
import { type Aggregation, compareEvents, type UsageEvent } from '../../core/metering/usage.ts'
import type { TrackerDefinition } from './definitions.ts'

/**
 * What one hour of one bucket gains, in the short names that `weir_add_usage` reads; the database adds the day. Zeros
 * and nulls are left out.
 */
export type SumRow = {
  readonly t: string
  readonly s: string
  readonly a: string
  readonly b: string
  readonly d: readonly (string | null)[]
  readonly n: number
  readonly v: string | undefined
  readonly x: string | undefined
  readonly m: string | undefined
  readonly p: string | undefined
  readonly l: string
}

/** The same for usage_lasts. */
export type LastRow = {
  readonly t: string
  readonly s: string
  readonly a: string
  readonly b: string
  readonly d: readonly (string | null)[]
  readonly u: string | null
  readonly n: number
  readonly l: string
  readonly i: string
  readonly v: string | undefined
  readonly o: string
  readonly p: string | undefined
}

type Bucket = {
  readonly tracker: TrackerDefinition
  readonly subscription: string
  readonly dimensions: readonly (string | null)[]
  readonly bucket: string
  readonly startsAt: number
  count: number
  sum: Decimal
  max: Decimal | null
  moment: Decimal
  precise: Decimal
  last: UsageEvent
}

/** The aggregations whose state is the newest event of each bucket; all others keep sums. */
export function keepsLasts(aggregation: Aggregation): boolean {
  return aggregation === 'latest_agg' || aggregation === 'unique_count_agg'
}

/** Digests of the values that come again and again, a hundred bytes or so each. */
const BUCKETS_MAX = 10_000
const buckets = new Map<string, string>()
const NO_DIMENSIONS = bucketOf([])

/** The digest of a bucket's key values; `weir_bucket` of the database computes the same. */
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

/** Collects what accepted events add to the running state of their metrics (engine.md §3). */
export class RunningState {
  private readonly buckets = new Map<string, Bucket>()

  /** Counts one event; one that the metric does not count (§2.2) or without a subscription adds nothing. */
  add(tracker: TrackerDefinition, event: RawEvent): void {
    const subscription = event.externalSubscriptionId
    const counted = subscription === null ? undefined : countedEvent(event, tracker)
    if (subscription === null || !counted) return
    const { keys } = tracker
    const dimensions = keys.length === 0 ? [] : dimensionsOf(event.properties, keys)
    const isUnique = tracker.aggregation === 'unique_count_agg'
    const identity = isUnique ? [...dimensions, counted.uniqueValue] : dimensions
    const bucket = identity.length === 0 ? NO_DIMENSIONS : bucketOf(identity)
    const startsAt = Math.floor(counted.at / HOUR_MS) * HOUR_MS
    const place = `${startsAt}${tracker.id}${bucket}${subscription}`
    const known = this.buckets.get(place)
    if (known) extend(known, counted)
    else {
      const parts = { tracker, subscription, dimensions, bucket, startsAt }
      this.buckets.set(place, begin(parts, counted))
    }
  }

  /** The rows in no order; the database locks them in one that is the same for every process. */
  rows(): { readonly sums: readonly SumRow[]; readonly lasts: readonly LastRow[] } {
    const sums: SumRow[] = []
    const lasts: LastRow[] = []
    for (const bucket of this.buckets.values()) {
      if (keepsLasts(bucket.tracker.aggregation)) lasts.push(lastRow(bucket))
      else sums.push(sumRow(bucket))
    }
    return { sums, lasts }
  }
}

function dimensionsOf(properties: EventProperties, keys: readonly string[]): readonly (string | null)[] {
  return keys.map((key) => textOf(properties, key))
}

type BucketParts = Pick<Bucket, 'tracker' | 'subscription' | 'dimensions' | 'bucket' | 'startsAt'>

function begin(parts: BucketParts, event: UsageEvent): Bucket {
  const value = addendOf(parts.tracker.aggregation, event)
  return {
    ...parts,
    count: 1,
    sum: value,
    max: parts.tracker.aggregation === 'max_agg' ? value : null,
    moment: momentOf(parts.tracker.aggregation, event),
    precise: event.preciseTotalAmountCents,
    last: event,
  }
}

function extend(bucket: Bucket, event: UsageEvent): void {
  const { aggregation } = bucket.tracker
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

/** Counts are in `count` already; a sum of ones would be stored twice. */
function addendOf(aggregation: Aggregation, event: UsageEvent): Decimal {
  if (aggregation === 'count_agg' || aggregation === 'custom_agg') return Decimal.zero
  return event.value ?? Decimal.zero
}

function momentOf(aggregation: Aggregation, event: UsageEvent): Decimal {
  if (aggregation !== 'weighted_sum_agg' || event.value === null) return Decimal.zero
  return event.value.times(Decimal.of(event.at))
}

function sumRow(bucket: Bucket): SumRow {
  return {
    t: bucket.tracker.id,
    s: bucket.subscription,
    a: isoOf(bucket.startsAt),
    b: bucket.bucket,
    d: bucket.dimensions,
    n: bucket.count,
    v: textOrNothing(bucket.sum),
    x: bucket.max?.toString(),
    m: textOrNothing(bucket.moment),
    p: textOrNothing(bucket.precise),
    l: isoOf(bucket.last.at),
  }
}

function lastRow(bucket: Bucket): LastRow {
  const { last } = bucket
  return {
    t: bucket.tracker.id,
    s: bucket.subscription,
    a: isoOf(bucket.startsAt),
    b: bucket.bucket,
    d: bucket.dimensions,
    u: last.uniqueValue,
    n: bucket.count,
    l: isoOf(last.at),
    i: last.id,
    v: last.value?.toString(),
    o: last.operation,
    p: textOrNothing(bucket.precise),
  }
}

function textOrNothing(value: Decimal): string | undefined {
  return value === Decimal.zero || value.isZero() ? undefined : value.toString()
}

/** How many events fall into each UTC day and minute, for the totals of the list. */
export function countRows(
  ats: readonly Instant[],
): readonly { readonly k: 'd' | 'm'; readonly a: string; readonly n: number }[] {
  const days = new Map<number, number>()
  const minutes = new Map<number, number>()
  for (const at of ats) {
    const day = Math.floor(at / DAY_MS) * DAY_MS
    const minute = Math.floor(at / 60_000) * 60_000
    days.set(day, (days.get(day) ?? 0) + 1)
    minutes.set(minute, (minutes.get(minute) ?? 0) + 1)
  }
  return [...countsOf('d', days), ...countsOf('m', minutes)]
}

function countsOf<K extends string>(k: K, counts: ReadonlyMap<number, number>) {
  return [...counts].sort(([a], [b]) => a - b).map(([startsAt, n]) => ({ k, a: isoOf(startsAt), n }))
}

/** The texts of the hours and days of now are asked for again and again. */
const isoTexts = new Map<number, string>()

function isoOf(at: number): string {
  const known = isoTexts.get(at)
  if (known !== undefined) return known
  const text = new Date(at).toISOString()
  if (isoTexts.size > 5000) isoTexts.clear()
  if (at % 60_000 === 0) isoTexts.set(at, text)
  return text
}
