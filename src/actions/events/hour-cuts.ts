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

/** An hour with more events is slow to read and worth splitting. */
export const BUSY_EVENTS = 1000
/**
 * How long busy hours may go unnoticed: longer than the delay before folding, because waiting usage is not checked.
 */
const LOOK_AFTER_MS = 12_000
/** Checks per hour after its last event, because the last usage may not be folded yet at the first one. */
const LOOKS = 2
/** How long before a busy hour is checked again. */
const LEFT_ALONE_MS = 120_000
/** Hours per organization checked and split at a time: every split blocks storing events. */
const HOURS_MAX = 50
const CUTS_MAX = 20
const LOOKED_MAX = 20_000

type MetHour = { readonly hour: UsageHour; readonly key: string; readonly looksLeft: number }

/**
 * Detects hours with so many events that a window starting or ending within them would be slow to sum, and splits
 * them (docs/decisions/0016). Samples one event per statement: the busier an hour, the sooner it is found. Results
 * are correct without any of this.
 */
export class HourCuts {
  private readonly context: Context
  private readonly met = new Map<string, Map<string, MetHour>>()
  private readonly looked = new Map<string, number>()

  constructor(context: Context) {
    this.context = context
  }

  /** Records that events of an organization were stored. */
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
    // A stopping process leaves this to the next one.
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
 * Splits the busy hours where usage windows of their subscriptions start or end. Returns the busy ones, and how many
 * were split.
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

/** The starts and ends of usage windows that overlap the hour. */
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
