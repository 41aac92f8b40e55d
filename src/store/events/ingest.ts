import type { Decimal } from '../../core/amounts/decimal.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import { isoText } from '../../core/calendar/iso-text.ts'
import type { EventProperties } from '../../core/metering/property-value.ts'
import type { Database } from '../database.ts'
import type { UsageDefinitions } from './definitions.ts'
import { countRows, RunningState, type StateRow } from './running-state.ts'
import { usageLock } from './usage-locks.ts'
import { slotOf } from './usage-slots.ts'

/** An event about to be stored. */
export type ArrivedEvent = {
  /** See `newId`: a later arrival has a greater id. */
  readonly id: string
  readonly transactionId: string
  readonly externalSubscriptionId: string | null
  readonly code: string
  readonly at: Instant
  readonly properties: EventProperties
  /** The properties as JSON text, with numbers exactly as sent. */
  readonly propertiesJson: string
  readonly preciseTotalAmountCents: Decimal | null
}

/** Events of one organization that are stored together or not at all. */
export type Arrival = {
  readonly organizationId: string
  readonly definitions: UsageDefinitions
  readonly events: readonly ArrivedEvent[]
  /** `created_at` of the events: the organization's present. */
  readonly now: Instant
  /** Number of this process in event_counts. */
  readonly writer: number
  /** Whether changes to running state must wait for the next fold, however few. */
  readonly isFolding: boolean
  /** External subscription ids known to exist; those found in the database are added. */
  readonly knownSubscriptions: Set<string>
  /** External ids that recently did not exist; those not found in the database are added. */
  readonly strangers: Set<string>
}

export type ArrivalAnswer =
  /** `waiting` is the number of running state changes waiting for `foldUsage`. */
  | { readonly kind: 'stored'; readonly waiting: number }
  /** The definitions are older than the organization's metrics; nothing was stored. */
  | { readonly kind: 'stale' }
  /** The transaction ids of these events already exist in their subscription; nothing was stored. */
  | { readonly kind: 'taken'; readonly ids: ReadonlySet<string> }

/** Never occurs in JSON text, so that lists of such texts need no quoting. */
const SEPARATOR = '\u001e'
const STATEMENT = {
  name: 'weir_ingest',
  text: `select weir_ingest(organization => $1, definitions_version => $2, received_at => $3, writer_number => $4,
    code_locks => $5, arrived => $6, sums_now => $7, lasts_now => $8, slots => $9,
    sums_to_fold => string_to_array($10, chr(30), '')::json[],
    lasts_to_fold => string_to_array($11, chr(30), '')::json[], counts => $12, unknown_codes => $13,
    unknown_subscriptions => $14, unseen_subscriptions => $15, advance => $16, watched => $17) as answer`,
}
const CONFLICTS_MAX = 5
const KNOWN_SUBSCRIPTIONS_MAX = 100_000
/** Up to this many changes are cheaper to apply immediately than in a later fold. */
const CHANGES_AT_ONCE_MAX = 8

/**
 * Stores events with their duplicate keys, running state, counts and due work in one transaction and one round trip,
 * durably committed when this resolves (docs/rules/events.md#accepted-once and
 * docs/decisions/0005-usage-state-in-days-and-hours.md).
 */
export async function storeArrival(database: Database, arrival: Arrival): Promise<ArrivalAnswer> {
  const { values, waiting } = parametersOf(arrival)
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { rows } = await database.pool.query<{ answer: IngestAnswer | null }>({ ...STATEMENT, values })
      return answerOf(arrival, rows[0]?.answer ?? null, waiting)
    } catch (error) {
      if (attempt >= CONFLICTS_MAX || !isConflict(error)) throw error
    }
  }
}

type IngestAnswer = { stale?: true; taken?: readonly string[]; known?: readonly string[] }

function answerOf(arrival: Arrival, answer: IngestAnswer | null, waiting: number): ArrivalAnswer {
  if (answer?.stale) return { kind: 'stale' }
  if (answer?.taken) return { kind: 'taken', ids: new Set(answer.taken) }
  if (answer?.known) rememberSubscriptions(arrival, answer.known)
  return { kind: 'stored', waiting }
}

function rememberSubscriptions(
  { events, knownSubscriptions, strangers }: Arrival,
  known: readonly string[],
): void {
  for (const set of [knownSubscriptions, strangers]) if (set.size > KNOWN_SUBSCRIPTIONS_MAX) set.clear()
  for (const each of known) knownSubscriptions.add(each)
  for (const { externalSubscriptionId: id } of events) {
    if (id !== null && !knownSubscriptions.has(id)) strangers.add(id)
  }
}

function parametersOf(arrival: Arrival): { readonly values: unknown[]; readonly waiting: number } {
  const { definitions, organizationId } = arrival
  const locks = new Set<string>()
  const state = new RunningState()
  for (const event of arrival.events) {
    const metric = definitions.metrics.get(event.code)
    locks.add(metric?.lock ?? usageLock(organizationId, event.code))
    if (metric?.tracker) state.add(metric.tracker, event)
  }
  const rows = [...state.rows()]
  const waits = rows.length > CHANGES_AT_ONCE_MAX || (arrival.isFolding && rows.length > 0)
  const slots = waits ? slotsOf(rows) : undefined
  const values = [
    organizationId,
    definitions.version,
    isoText(arrival.now),
    arrival.writer,
    `{${[...locks].sort().join(',')}}`,
    eventsJson(arrival.events),
    waits ? null : listOf(rows.filter((each) => !each.isLast)),
    waits ? null : listOf(rows.filter((each) => each.isLast)),
    slots && `{${[...slots.keys()].join(',')}}`,
    slots && [...slots.values()].map(({ sums }) => listOf(sums)).join(SEPARATOR),
    slots && [...slots.values()].map(({ lasts }) => listOf(lasts)).join(SEPARATOR),
    JSON.stringify(countRows(arrival.events.map((event) => event.at))),
    ...unmatchedOf(arrival),
    ...laterOf(arrival),
  ]
  return { values, waiting: slots?.size ?? 0 }
}

function listOf(rows: readonly StateRow[]): string | null {
  return rows.length === 0 ? null : `[${rows.map(({ json }) => json).join(',')}]`
}

type Slot = { readonly sums: StateRow[]; readonly lasts: StateRow[] }

function slotsOf(rows: readonly StateRow[]): ReadonlyMap<number, Slot> {
  const slots = new Map<number, Slot>()
  for (const row of rows) {
    const number = slotOf(row.subscription)
    const slot = slots.get(number) ?? { sums: [], lasts: [] }
    slots.set(number, slot)
    if (row.isLast) slot.lasts.push(row)
    else slot.sums.push(row)
  }
  return slots
}

/**
 * Moves waiting usage into the running state. Returns true when more may be waiting. Readers get the same result
 * before and after.
 */
export async function foldUsage(database: Database, organizationId: string): Promise<boolean> {
  // A stopping process leaves this to the next one.
  if (database.pool.ending) return false
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { rows } = await database.pool.query<{ more: boolean }>('select weir_fold_usage($1) as more', [
        organizationId,
      ])
      return rows[0]?.more ?? false
    } catch (error) {
      if (attempt >= CONFLICTS_MAX || !isConflict(error)) throw error
    }
  }
}

/** Sorted by key, so that two processes storing the same keys cannot deadlock. */
function eventsJson(events: readonly ArrivedEvent[]): string {
  const ordered = events.length === 1 ? events : [...events].sort(compareKeys)
  const parts = ordered.map((event) => {
    const { externalSubscriptionId: subscription, preciseTotalAmountCents: precise } = event
    const texts = `"t":${JSON.stringify(event.transactionId)},"c":${JSON.stringify(event.code)}`
    const optional = subscription === null ? '' : `,"s":${JSON.stringify(subscription)}`
    const amount = precise === null ? '' : `,"m":"${precise.toString()}"`
    return `{"i":"${event.id}",${texts}${optional},"a":${event.at}${amount},"p":${event.propertiesJson}}`
  })
  return `[${parts.join(',')}]`
}

function compareKeys(a: ArrivedEvent, b: ArrivedEvent): number {
  if (a.transactionId !== b.transactionId) return a.transactionId < b.transactionId ? -1 : 1
  const left = a.externalSubscriptionId ?? ''
  const right = b.externalSubscriptionId ?? ''
  return left < right ? -1 : left > right ? 1 : 0
}

/** The numbers of unknown codes and subscriptions, and the subscriptions to look up in the database. */
function unmatchedOf(arrival: Arrival): [codes: number, subscriptions: number, unseen: string | null] {
  let codes = 0
  let subscriptions = 0
  const unseen = new Map<string, number>()
  for (const { code, externalSubscriptionId: subscription } of arrival.events) {
    if (!arrival.definitions.metrics.has(code)) codes += 1
    if (subscription === null || arrival.strangers.has(subscription)) subscriptions += 1
    else if (!arrival.knownSubscriptions.has(subscription)) {
      unseen.set(subscription, (unseen.get(subscription) ?? 0) + 1)
    }
  }
  const asked = [...unseen].map(([id, count]) => ({ external_id: id, events_count: count }))
  return [codes, subscriptions, asked.length === 0 ? null : JSON.stringify(asked)]
}

/** The work that these events may cause later; nulls for none. */
function laterOf(arrival: Arrival): [advance: string | null, watched: readonly string[] | null] {
  const advance: object[] = []
  const watched = new Set<string>()
  for (const event of arrival.events) {
    const metric = arrival.definitions.metrics.get(event.code)
    if (!metric || event.externalSubscriptionId === null) continue
    if (arrival.definitions.isWatched) watched.add(event.externalSubscriptionId)
    if (!metric.isChargedInAdvance) continue
    const { id, externalSubscriptionId, code, at } = event
    const timestamp = isoText(at)
    advance.push({ event_id: id, external_subscription_id: externalSubscriptionId, code, timestamp })
  }
  return [advance.length === 0 ? null : JSON.stringify(advance), watched.size === 0 ? null : [...watched]]
}

function isConflict(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === '40P01' || code === '40001'
}
