import { Counter, Gauge, type Registry } from 'prom-client'
import type { Context, Log } from '../actions/context.ts'
import type { DueActions } from '../actions/due/due-action.ts'
import { dueActions } from '../actions/due/due-actions.ts'
import { runDue } from '../actions/due/run-due.ts'
import type { Instant } from '../core/calendar/instant.ts'
import { organizationsWithDueItems } from '../store/due-items.ts'

const TICK_MS = 500
/** Organizations whose due work runs side by side. */
const SIDE_BY_SIDE = 4
/** How long an organization's run goes on while there may be others waiting; it ends between two items. */
const TURN_MS = 2000

export type Ticker = { stop(): Promise<void> }

/** A run under way; aborting its turn ends it between two items. */
type Run = { readonly turn: AbortController; readonly done: Promise<void> }

type DueOrganization = Awaited<ReturnType<typeof organizationsWithDueItems>>[number]

/**
 * Lets what is due happen, twice a second, for every organization: up to the system's time, or in a sandbox
 * up to its own clock (docs/decisions/0007-due-work-is-rows.md). Each organization has one run at a time in
 * this process; runs in other processes take turns with it in the database. A run that is not done after its
 * turn goes on behind all others that wait, so that no organization, however much it has to do, holds up
 * another. `stop` starts nothing new and waits for the items that are being done.
 */
export function startTicker(parts: {
  readonly context: Context
  readonly log: Log
  readonly counts?: TickerCounts
  /** Another table of actions, for tests. */
  readonly actions?: DueActions
  /** Another length of a turn, for tests. */
  readonly turnMs?: number
}): Ticker {
  const { context, log } = parts
  const actions = parts.actions ?? dueActions
  const counts = parts.counts ?? tickerCounts()
  const stopping = new AbortController()
  const running = new Map<string, Run>()
  /** In the order of their turns. */
  const waiting = new Map<string, DueOrganization>()

  const start = (organization: DueOrganization) => {
    const { id: organizationId } = organization
    const until = presentOf(organization, context.systemNow())
    const turn = new AbortController()
    const timer = setTimeout(() => turn.abort(), parts.turnMs ?? TURN_MS)
    const done = runDue(context, actions, { organizationId, until, strict: false, signal: turn.signal })
      .then(
        (items) => {
          counts.items.inc(items)
          if (turn.signal.aborted) waiting.set(organizationId, organization)
        },
        (error: unknown) => {
          counts.failures.inc()
          log.error({ err: error, organizationId }, 'the due work of an organization was broken off')
        },
      )
      .finally(() => {
        clearTimeout(timer)
        running.delete(organizationId)
        counts.running.set(running.size)
        startMore()
      })
    running.set(organizationId, { turn, done })
    counts.running.set(running.size)
  }
  const startMore = () => {
    for (const [id, next] of waiting) {
      if (stopping.signal.aborted || running.size >= SIDE_BY_SIDE) return
      waiting.delete(id)
      start(next)
    }
  }
  const tick = async () => {
    try {
      const due = await organizationsWithDueItems(context.database, context.systemNow())
      lineUp(waiting, running, due)
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
      for (const { turn } of running.values()) turn.abort()
      await ticking
      await Promise.all([...running.values()].map(({ done }) => done))
    },
  }
}

function presentOf({ isSandbox, clockAt }: DueOrganization, now: Instant): Instant {
  return isSandbox ? (clockAt ?? now) : now
}

/** Who waits keeps its place as long as something is due for it; whoever is new comes last, and not while it runs. */
function lineUp(
  waiting: Map<string, DueOrganization>,
  running: ReadonlyMap<string, Run>,
  due: readonly DueOrganization[],
): void {
  const found = new Map(due.map((each) => [each.id, each]))
  for (const id of waiting.keys()) if (!found.has(id)) waiting.delete(id)
  for (const [id, each] of found) if (!running.has(id)) waiting.set(id, each)
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

/** The figures of a ticker, as they change. */
export type TickerCounts = {
  readonly ticks: { inc(): void }
  readonly items: { inc(count: number): void }
  readonly failures: { inc(): void }
  readonly running: { set(count: number): void }
}

/** The figures of a ticker for Prometheus. */
export function tickerCounts(registry?: Registry): TickerCounts {
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
