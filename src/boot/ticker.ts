import { Counter, Gauge, type Registry } from 'prom-client'
import type { Context, Log } from '../actions/context.ts'
import { dueActions } from '../actions/due/due-actions.ts'
import { type DueActions, runDue } from '../actions/due/run-due.ts'
import { organizationsWithDueItems } from '../store/due-items.ts'

const TICK_MS = 500
/** Organizations whose due work runs side by side. */
const SIDE_BY_SIDE = 4

export type Ticker = { stop(): Promise<void> }

type DueOrganization = Awaited<ReturnType<typeof organizationsWithDueItems>>[number]

/**
 * Lets what is due happen, twice a second, for every organization: up to the system's time, or in a sandbox up to
 * its own clock (engine.md §4). Each organization has one run at a time in this process; runs in other processes
 * take turns with it in the database. `stop` starts nothing new and waits for the items that are being done.
 */
export function startTicker(parts: {
  readonly context: Context
  readonly log: Log
  readonly registry?: Registry
  /** Another table of actions, for tests. */
  readonly actions?: DueActions
}): Ticker {
  const { context, log } = parts
  const actions = parts.actions ?? dueActions
  const counts = countersOn(parts.registry)
  const stopping = new AbortController()
  const running = new Map<string, Promise<void>>()
  let waiting: DueOrganization[] = []

  const start = (organization: DueOrganization) => {
    const { id: organizationId, isSandbox, clockAt } = organization
    const now = context.systemNow()
    const until = isSandbox ? (clockAt ?? now) : now
    const done = runDue(context, actions, { organizationId, until, strict: false, signal: stopping.signal })
      .then(
        (items) => counts.items.inc(items),
        (error: unknown) => {
          counts.failures.inc()
          log.error({ err: error, organizationId }, 'the due work of an organization was broken off')
        },
      )
      .finally(() => {
        running.delete(organizationId)
        counts.running.set(running.size)
        startMore()
      })
    running.set(organizationId, done)
    counts.running.set(running.size)
  }
  const startMore = () => {
    while (!stopping.signal.aborted && running.size < SIDE_BY_SIDE) {
      const next = waiting.shift()
      if (!next) return
      if (!running.has(next.id)) start(next)
    }
  }
  const tick = async () => {
    try {
      waiting = await organizationsWithDueItems(context.database, context.systemNow())
      counts.ticks.inc()
      startMore()
    } catch (error) {
      counts.failures.inc()
      log.error({ err: error }, 'what is due could not be asked for')
    }
  }
  const ticking = repeat(tick, stopping.signal)
  return {
    stop: async () => {
      stopping.abort()
      await ticking
      await Promise.all(running.values())
    },
  }
}

/** Ticks until the signal, each tick after the one before it has ended. */
async function repeat(tick: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await tick()
    await pause(TICK_MS, signal)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}

function countersOn(registry: Registry | undefined) {
  const registers = registry ? [registry] : []
  return {
    ticks: new Counter({ name: 'weir_ticks_total', help: 'Looks for what is due.', registers }),
    items: new Counter({ name: 'weir_due_items_done_total', help: 'Due items that were done.', registers }),
    failures: new Counter({
      name: 'weir_due_runs_failed_total',
      help: 'Looks and runs that were broken off; an item that fails alone is a gauge.',
      registers,
    }),
    running: new Gauge({
      name: 'weir_due_runs',
      help: 'Organizations whose due work runs in this process now.',
      registers,
    }),
  }
}
