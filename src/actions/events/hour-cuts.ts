import { addMs, HOUR_MS, type Instant, instant } from '../../core/calendar/instant.ts'
import { cutsOfHour } from '../../core/metering/segments.ts'
import { openUsageWindow } from '../../core/subscriptions/open-window.ts'
import { windowsOfMovedCustomer } from '../../store/billed-windows.ts'
import type { Reads } from '../../store/database.ts'
import type { UsageDefinitions } from '../../store/events/definitions.ts'
import type { ArrivedEvent } from '../../store/events/ingest.ts'
import { begunSubscriptions, busyHours, cutHour, type UsageHour } from '../../store/events/usage-cuts.ts'
import { momentOf, statesOf } from '../../store/subscription-states.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Context } from '../context.ts'

/** Events of an hour that are quickly read; with more of them it is worth being kept in parts. */
export const BUSY_EVENTS = 1000
/** How long busy hours may go unnoticed, and how long one that was looked at is left alone. */
const LOOK_AFTER_MS = 10_000
const LEFT_ALONE_MS = 120_000
/** Hours of one organization that are looked at and cut at a time: storing events waits for each cut a few milliseconds. */
const HOURS_MAX = 50
const CUTS_MAX = 20
const LOOKED_MAX = 20_000

/**
 * Notices hours with so many events that a window which begins or ends inside of them would take long to add up, and
 * has them kept in two parts (docs/decisions/0015). One event of every statement stands for the others: the busier an
 * hour, the sooner it is met. Readers are right without any of this.
 */
export class HourCuts {
  private readonly context: Context
  private readonly met = new Map<string, Map<string, UsageHour>>()
  private readonly looked = new Map<string, number>()

  constructor(context: Context) {
    this.context = context
  }

  /** Tells that events of an organization were stored. */
  note(organizationId: string, events: readonly ArrivedEvent[], definitions: UsageDefinitions): void {
    const event = events[Math.floor(Math.random() * events.length)]
    const tracker = event && definitions.metrics.get(event.code)?.tracker
    if (!tracker || event.externalSubscriptionId === null) return
    const startsAt = instant(Math.floor(event.at / HOUR_MS) * HOUR_MS)
    const hour = { trackerId: tracker.id, externalSubscriptionId: event.externalSubscriptionId, startsAt }
    const key = `${tracker.id} ${startsAt} ${event.externalSubscriptionId}`
    if ((this.looked.get(key) ?? 0) > this.context.systemNow() - LEFT_ALONE_MS) return
    let met = this.met.get(organizationId)
    if (!met) {
      met = new Map()
      this.met.set(organizationId, met)
      setTimeout(() => this.look(organizationId), LOOK_AFTER_MS).unref()
    }
    if (met.size < HOURS_MAX) met.set(key, hour)
  }

  private look(organizationId: string): void {
    const met = this.met.get(organizationId) ?? new Map()
    this.met.delete(organizationId)
    // A process that stops leaves it to the next one.
    if (this.context.database.pool.ending) return
    if (this.looked.size > LOOKED_MAX) this.looked.clear()
    for (const key of met.keys()) this.looked.set(key, this.context.systemNow())
    cutBusyHours(this.context, organizationId, [...met.values()]).catch((error: unknown) => {
      this.context.log.warn({ err: error, organizationId }, 'busy hours of usage could not be cut yet')
    })
  }
}

/** Cuts those of the hours that are busy where usage windows of their subscriptions begin or end; gives their number. */
export async function cutBusyHours(
  context: Context,
  organizationId: string,
  hours: readonly UsageHour[],
): Promise<number> {
  const { database } = context
  const wanted = await database.read(organizationId, async (reads) => {
    const found: { readonly hour: UsageHour; readonly cuts: readonly Instant[] }[] = []
    for (const hour of await busyHours(reads, hours, BUSY_EVENTS)) {
      const cuts = cutsOfHour(hour.startsAt, await windowEdges(reads, hour))
      if (cuts.length > 0 && found.length < CUTS_MAX) found.push({ hour, cuts })
    }
    return found
  })
  let made = 0
  for (const { hour, cuts } of wanted) {
    const isCut = await inTransaction(database, organizationId, (tx) =>
      cutHour(tx, organizationId, hour, cuts),
    )
    if (isCut) made += 1
  }
  return made
}

/** Where the usage windows begin and end that have a part in the hour. */
async function windowEdges(reads: Reads, hour: UsageHour): Promise<readonly Instant[]> {
  const edges: Instant[] = []
  for (const state of await statesOf(reads, await begunSubscriptions(reads, hour.externalSubscriptionId))) {
    for (const at of [hour.startsAt, addMs(hour.startsAt, HOUR_MS - 1)]) {
      const moment = momentOf(state, at)
      if (!moment) continue
      const { window } = openUsageWindow(
        moment,
        await windowsOfMovedCustomer(reads, state.row.id, moment.zone),
      )
      edges.push(window.from, addMs(window.to, 1))
    }
  }
  return edges
}
