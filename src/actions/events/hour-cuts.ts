import { addMs, HOUR_MS, type Instant, instant } from '../../core/calendar/instant.ts'
import { cutsOfHour } from '../../core/metering/segments.ts'
import { openUsageWindow } from '../../core/subscriptions/open-window.ts'
import { windowsOfMovedCustomer } from '../../store/billed-windows.ts'
import type { Reads, Tx } from '../../store/database.ts'
import type { UsageDefinitions } from '../../store/events/definitions.ts'
import type { ArrivedEvent } from '../../store/events/ingest.ts'
import { begunSubscriptions, busyHours, cutHour, type UsageHour } from '../../store/events/usage-cuts.ts'
import { billMomentOf, statesOf } from '../../store/subscription-states.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Context } from '../context.ts'

/** Events of an hour that are quickly read; with more of them it is worth being kept in parts. */
export const BUSY_EVENTS = 1000
/** How long busy hours may go unnoticed: longer than usage waits to be added up, because what waits is not looked at. */
const LOOK_AFTER_MS = 12_000
/** Looks at an hour after its last event, because what came last may still wait at the first one. */
const LOOKS = 2
/** How long a busy hour that was looked at is left alone. */
const LEFT_ALONE_MS = 120_000
/** Hours of one organization that are looked at, and cut, at a time: storing events waits for each cut. */
const HOURS_MAX = 50
const CUTS_MAX = 20
const LOOKED_MAX = 20_000

type MetHour = { readonly hour: UsageHour; readonly key: string; readonly looksLeft: number }

/**
 * Notices hours with so many events that a window which begins or ends inside of them would take long to add up, and
 * has them kept in two parts (docs/decisions/0016). One event of every statement stands for the others: the busier an
 * hour, the sooner it is met. Readers are right without any of this.
 */
export class HourCuts {
  private readonly context: Context
  private readonly met = new Map<string, Map<string, MetHour>>()
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
    const key = `${tracker.id} ${startsAt} ${event.externalSubscriptionId}`
    if ((this.looked.get(key) ?? 0) > this.context.systemNow() - LEFT_ALONE_MS) return
    const hour = { trackerId: tracker.id, externalSubscriptionId: event.externalSubscriptionId, startsAt }
    this.meet(organizationId, { hour, key, looksLeft: LOOKS })
  }

  private meet(organizationId: string, found: MetHour): void {
    let met = this.met.get(organizationId)
    if (!met) {
      met = new Map()
      this.met.set(organizationId, met)
      setTimeout(() => this.look(organizationId), LOOK_AFTER_MS).unref()
    }
    const known = met.get(found.key)
    if (known ? known.looksLeft < found.looksLeft : met.size < HOURS_MAX) met.set(found.key, found)
  }

  private look(organizationId: string): void {
    const met = [...(this.met.get(organizationId)?.values() ?? [])]
    this.met.delete(organizationId)
    // A process that stops leaves it to the next one.
    if (this.context.database.pool.ending) return
    const hours = met.map(({ hour }) => hour)
    cutBusyHours(this.context, organizationId, hours).then(
      ({ busy }) => {
        if (this.looked.size > LOOKED_MAX) this.looked.clear()
        for (const each of met) {
          if (busy.includes(each.hour)) this.looked.set(each.key, this.context.systemNow())
          else if (each.looksLeft > 1) this.meet(organizationId, { ...each, looksLeft: each.looksLeft - 1 })
        }
      },
      (error: unknown) => {
        this.context.log.warn({ err: error, organizationId }, 'busy hours of usage could not be cut yet')
      },
    )
  }
}

/**
 * Cuts those of the hours that are busy where usage windows of their subscriptions begin or end. Gives the busy ones,
 * and how many of them were cut.
 */
export async function cutBusyHours(
  context: Context,
  organizationId: string,
  hours: readonly UsageHour[],
): Promise<{ readonly busy: readonly UsageHour[]; readonly cutCount: number }> {
  const { database } = context
  const found = await database.read(organizationId, async (reads) => {
    const busy = await busyHours(reads, hours, BUSY_EVENTS)
    const wanted: { readonly hour: UsageHour; readonly cuts: readonly Instant[] }[] = []
    for (const hour of busy) {
      const cuts = cutsOfHour(hour.startsAt, await windowEdges(reads, hour))
      if (cuts.length > 0 && wanted.length < CUTS_MAX) wanted.push({ hour, cuts })
    }
    return { busy, wanted }
  })
  let cutCount = 0
  for (const { hour, cuts } of found.wanted) {
    const cut = (tx: Tx) => cutHour(tx, organizationId, hour, cuts)
    if (await inTransaction(database, organizationId, cut)) cutCount += 1
  }
  return { busy: found.busy, cutCount }
}

/** Where the usage windows begin and end that have a part in the hour. */
async function windowEdges(reads: Reads, hour: UsageHour): Promise<readonly Instant[]> {
  const edges: Instant[] = []
  for (const state of await statesOf(reads, await begunSubscriptions(reads, hour.externalSubscriptionId))) {
    for (const at of [hour.startsAt, addMs(hour.startsAt, HOUR_MS - 1)]) {
      const moment = billMomentOf(state, at)
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
