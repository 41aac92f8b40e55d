import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Registry } from 'prom-client'
import type { Settings } from '../actions/context.ts'
import { EXTRA_LANES } from '../actions/due/run-due.ts'
import type { PinoLog } from './log.ts'
import type { RequestCounter } from './request-meter.ts'
import { ORGANIZATIONS_AT_ONCE, type TickerCounts, tickerCounts } from './ticker.ts'

/** One per organization whose due work is running, those of extra lanes, and two for the ticker itself. */
export const CLOCK_CONNECTIONS = ORGANIZATIONS_AT_ONCE + EXTRA_LANES + 2

/** The input of the clock thread. */
export type ClockData = {
  readonly databaseUrl: string
  readonly settings: Settings
  /** Of the requests that this process serves. */
  readonly requests: RequestCounter
  readonly log: { readonly level: string; readonly isTerminal: boolean }
}

/** A message from the thread: a ticker metric that changed. */
export type ClockMessage = { readonly figure: keyof TickerCounts; readonly value: number }

const RESTART_PAUSE_MS = 500
const STOP_LIMIT_MS = 4000

/** The compiled file next to this one, or its source when running from source. */
const FILE = new URL(`./clock-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

/**
 * Runs the ticker in its own thread with its own database connections: a billing run can compute for minutes, and
 * requests must be served meanwhile. If the thread dies, it is restarted.
 */
export function startClock(parts: {
  readonly data: ClockData
  readonly log: PinoLog
  readonly registry: Registry
  /** Told how many organizations' due work is running, whenever that changes. */
  readonly onRunning: (organizations: number) => void
}): { readonly stop: () => Promise<void> } {
  const { data, log, registry, onRunning } = parts
  const counts = tickerCounts(registry)
  const stopping = new AbortController()
  let worker: Worker | null = null
  const keep = async () => {
    while (!stopping.signal.aborted) {
      const thread = new Worker(FILE, { workerData: data })
      worker = thread
      thread.on('message', (message: ClockMessage) => {
        count(counts, message)
        if (message.figure === 'running') onRunning(message.value)
      })
      thread.on('error', (error) => log.error({ err: error }, 'the clock thread failed'))
      await new Promise<void>((resolve) => thread.once('exit', () => resolve()))
      worker = null
      onRunning(0)
      if (stopping.signal.aborted) return
      log.warn('the clock thread exited; restarting it')
      await sleep(RESTART_PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  const keeping = keep()
  return {
    stop: async () => {
      stopping.abort()
      worker?.postMessage('stop')
      const limit = new AbortController()
      const isLate = sleep(STOP_LIMIT_MS, true, { signal: limit.signal }).catch(() => false)
      const hung = await Promise.race([keeping.then(() => false), isLate])
      limit.abort()
      // The database rolls back its open work, which is repeated after the next start.
      if (hung) await worker?.terminate()
    },
  }
}

function count(counts: TickerCounts, { figure, value }: ClockMessage): void {
  if (figure === 'running') counts.running.set(value)
  else if (figure === 'items') counts.items.inc(value)
  else counts[figure].inc()
}
