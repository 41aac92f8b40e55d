import { Counter, Gauge, type Registry } from 'prom-client'
import type { Context, Log } from '../actions/context.ts'
import type { DueActions } from '../actions/due/due-action.ts'
import { dueActions } from '../actions/due/due-actions.ts'
import { runDue } from '../actions/due/run-due.ts'
import type { Instant } from '../core/calendar/instant.ts'
import { organizationsWithDueItems } from '../store/due-items.ts'

const TICK_MS = 500
/** While there is work: what just fell due, such as the balances of wallets whose usage goes on, follows at once. */
const BUSY_TICK_MS = 100
/** Organizations whose due work runs concurrently. */
export const ORGANIZATIONS_AT_ONCE = 4
/** How long an organization's run may take while others may be waiting; it ends between two items. */
const TURN_MS = 2000

export type Ticker = { stop(): Promise<void> }

/** A run in progress; aborting its turn ends it between two items. */
type Run = { readonly turn: AbortController; readonly done: Promise<void> }

type DueOrganization = Awaited<ReturnType<typeof organizationsWithDueItems>>[number]

/**
 * Processes everything due for every organization, twice a second and more often while there is work: up to the system
 * time, or up to a sandbox's own clock (docs/decisions/0007-due-work-is-rows.md). Each organization has one run at a
 * time in this process; runs in other processes are coordinated through the database. A run that is not finished after
 * its turn continues after all others that are waiting, so that no organization holds up another, however much work it
 * has. `stop` starts nothing new and waits for the items in progress.
 */
export function startTicker(parts: {
  readonly context: Context
  readonly log: Log
  readonly counts?: TickerCounts
  /** Whether requests come first at the moment; without it, due work takes what it can. */
  readonly isBusy?: () => boolean
  /** Different actions, for tests. */
  readonly actions?: DueActions
  /** A different turn length, for tests. */
  readonly turnMs?: number
}): Ticker {
  const { context, log } = parts
  const actions = parts.actions ?? dueActions
  const counts = parts.counts ?? tickerCounts()
  const busy = parts.isBusy ? { isBusy: parts.isBusy } : {}
  const stopping = new AbortController()
  const running = new Map<string, Run>()
  /** In order of their turns. */
  const waiting = new Map<string, DueOrganization>()

  const start = (organization: DueOrganization) => {
    const { id: organizationId } = organization
    const until = presentOf(organization, context.systemNow())
    const turn = new AbortController()
    const timer = setTimeout(() => turn.abort(), parts.turnMs ?? TURN_MS)
    const run = { organizationId, until, strict: false, signal: turn.signal, ...busy }
    const done = runDue(context, actions, run)
      .then(
        (items) => {
          counts.items.inc(items)
          if (turn.signal.aborted) waiting.set(organizationId, organization)
        },
        (error: unknown) => {
          counts.failures.inc()
          log.error({ err: error, organizationId }, 'the due work of an organization failed')
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
      if (stopping.signal.aborted || running.size >= ORGANIZATIONS_AT_ONCE) return
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
      log.error({ err: error }, 'could not query due work')
    }
  }
  const isBusy = () => running.size > 0
  const ticking = repeat(tick, isBusy, stopping.signal)
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

/** Waiting organizations keep their place while they have due work; new ones come last, unless already running. */
function lineUp(
  waiting: Map<string, DueOrganization>,
  running: ReadonlyMap<string, Run>,
  due: readonly DueOrganization[],
): void {
  const found = new Map(due.map((each) => [each.id, each]))
  for (const id of waiting.keys()) if (!found.has(id)) waiting.delete(id)
  for (const [id, each] of found) if (!running.has(id)) waiting.set(id, each)
}

/** Ticks until aborted, each tick after the previous one has finished. */
async function repeat(tick: () => Promise<void>, isBusy: () => boolean, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await tick()
    await pause(isBusy() ? BUSY_TICK_MS : TICK_MS, signal)
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

/** The metrics of a ticker. */
export type TickerCounts = {
  readonly ticks: { inc(): void }
  readonly items: { inc(count: number): void }
  readonly failures: { inc(): void }
  readonly running: { set(count: number): void }
}

/** Prometheus metrics of a ticker. */
export function tickerCounts(registry?: Registry): TickerCounts {
  const registers = registry ? [registry] : []
  return {
    ticks: new Counter({ name: 'weir_ticks_total', help: 'Checks for due work.', registers }),
    items: new Counter({ name: 'weir_due_items_done_total', help: 'Due items processed.', registers }),
    failures: new Counter({
      name: 'weir_due_runs_failed_total',
      help: 'Failed checks and runs; failures of single items are a gauge.',
      registers,
    }),
    running: new Gauge({
      name: 'weir_due_runs',
      help: 'Organizations whose due work is running in this process.',
      registers,
    }),
  }
}
