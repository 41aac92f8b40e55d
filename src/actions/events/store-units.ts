import type { Instant } from '../../core/calendar/instant.ts'
import { Refusal } from '../../core/refusal.ts'
import type { UsageDefinitions } from '../../store/events/definitions.ts'
import { type ArrivedEvent, storeArrival } from '../../store/events/ingest.ts'
import type { Context } from '../context.ts'
import { duplicateRefusal, type PreparedUnit, prepareUnit, type StoredEvent, type Unit } from './arrivals.ts'
import type { HourCuts } from './hour-cuts.ts'
import { scheduleValidation } from './schedule-validation.ts'
import type { UsageCatalogue } from './usage-catalogue.ts'
import type { UsageFolds } from './usage-folds.ts'

/** The context of a running statement. */
export type Flight = {
  readonly context: Context
  readonly catalogue: UsageCatalogue
  readonly folds: UsageFolds
  readonly cuts: HourCuts
  /** Its number in event_counts, unique among the organization's running statements. */
  readonly writer: number
}

/** After this many rounds of changing metrics, storing fails. */
const ROUNDS_MAX = 50

/**
 * Stores the requests of one organization, as many as possible in one transaction, and settles each: stored, rejected
 * or failed. Requests with duplicates are rejected and the rest is retried; if the database rejects everything, the
 * halves are tried separately, so that one request cannot fail its neighbors.
 */
export async function storeUnits(flight: Flight, units: readonly Unit[]): Promise<void> {
  const { catalogue } = flight
  const organizationId = units[0]?.organizationId
  if (organizationId === undefined) return
  let definitions = await catalogue.definitionsOf(organizationId)
  let waiting = units
  for (let round = 1; waiting.length > 0; round += 1) {
    if (round > ROUNDS_MAX) throw new Error('the metrics change faster than events are stored')
    const checked = await prepareAll(catalogue, definitions, waiting)
    definitions = checked.definitions
    const prepared = checked.units
    if (prepared.length === 0) return
    let answer: Awaited<ReturnType<typeof store>>
    try {
      answer = await store(flight, prepared, definitions)
    } catch (error) {
      await storeHalves(flight, prepared, error)
      return
    }
    if (answer.kind === 'stored') return
    waiting = prepared.map(({ unit }) => unit)
    if (answer.kind === 'stale') definitions = await catalogue.renew(organizationId)
    else waiting = refuseDuplicates(prepared, answer.ids)
  }
}

async function prepareAll(
  catalogue: UsageCatalogue,
  known: UsageDefinitions,
  units: readonly Unit[],
): Promise<{ definitions: UsageDefinitions; units: readonly PreparedUnit[] }> {
  let definitions = known
  let prepared = units.map((unit) => prepareUnit(unit, definitions))
  const organizationId = units[0]?.organizationId
  if (organizationId !== undefined && prepared.some((each) => each instanceof Refusal)) {
    // The expression may have been fixed since; no transaction would detect that.
    definitions = await catalogue.renew(organizationId)
    prepared = units.map((unit) => prepareUnit(unit, definitions))
  }
  const accepted: PreparedUnit[] = []
  for (const [index, each] of prepared.entries()) {
    if (each instanceof Refusal) units[index]?.reject(each)
    else accepted.push(each)
  }
  return { definitions, units: accepted }
}

async function store(flight: Flight, prepared: readonly PreparedUnit[], definitions: UsageDefinitions) {
  const last = prepared[prepared.length - 1]?.unit
  if (!last) throw new Error('nothing to store')
  const { organizationId, now } = last
  const { context, catalogue, folds, cuts } = flight
  const events = prepared.flatMap((each) => each.events)
  await scheduleValidation(context, catalogue, organizationId, definitions, now)
  const answer = await storeArrival(context.database, {
    organizationId,
    definitions,
    events,
    now,
    writer: flight.writer,
    isFolding: folds.isFolding(organizationId),
    knownSubscriptions: catalogue.knownSubscriptionsOf(organizationId),
    strangers: catalogue.strangersOf(organizationId, context.systemNow()),
  })
  if (answer.kind === 'stored') {
    folds.note(organizationId, answer.waiting)
    cuts.note(organizationId, events, definitions)
    for (const { unit, events: own } of prepared) unit.resolve(own.map((each) => stored(each, now)))
  }
  return answer
}

/** Field by field, because spreading the object takes longer than the rest of the response. */
function stored(event: ArrivedEvent, createdAt: Instant): StoredEvent {
  return {
    id: event.id,
    transactionId: event.transactionId,
    externalSubscriptionId: event.externalSubscriptionId,
    code: event.code,
    at: event.at,
    properties: event.properties,
    propertiesJson: event.propertiesJson,
    preciseTotalAmountCents: event.preciseTotalAmountCents,
    createdAt,
  }
}

async function storeHalves(flight: Flight, prepared: readonly PreparedUnit[], error: unknown): Promise<void> {
  const units = prepared.map(({ unit }) => unit)
  if (units.length === 1 || !isAboutData(error)) {
    for (const unit of units) unit.reject(error)
    return
  }
  const middle = Math.ceil(units.length / 2)
  await storeUnits(flight, units.slice(0, middle))
  await storeUnits(flight, units.slice(middle))
}

/** Whether PostgreSQL rejected the data (error classes 22, 23 and 54). */
function isAboutData(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^(22|23|54)/.test(code)
}

function refuseDuplicates(prepared: readonly PreparedUnit[], taken: ReadonlySet<string>): readonly Unit[] {
  const rest: Unit[] = []
  for (const each of prepared) {
    if (each.events.some((event) => taken.has(event.id))) each.unit.reject(duplicateRefusal(each, taken))
    else rest.push(each.unit)
  }
  return rest
}
