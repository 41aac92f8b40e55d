import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Registry } from 'prom-client'
import type { Settings } from '../actions/context.ts'
import type { PinoLog } from './log.ts'
import { type TickerCounts, tickerCounts } from './ticker.ts'

/** What the thread of the clock is started with. */
export type ClockData = {
  readonly databaseUrl: string
  readonly settings: Settings
  readonly log: { readonly level: string; readonly isTerminal: boolean }
}

/** What the thread tells: a figure of the ticker that changed. */
export type ClockMessage = { readonly figure: keyof TickerCounts; readonly value: number }

const RESTART_PAUSE_MS = 500
const STOP_LIMIT_MS = 4000

/** The compiled file beside this one, or its source where sources run. */
const FILE = new URL(`./clock-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

/**
 * Runs the ticker in a thread of its own with database connections of its own: a billing run computes for minutes, and
 * requests are answered meanwhile. A thread that ends by itself is started again.
 */
export function startClock(parts: {
  readonly data: ClockData
  readonly log: PinoLog
  readonly registry: Registry
}): { readonly stop: () => Promise<void> } {
  const { data, log, registry } = parts
  const counts = tickerCounts(registry)
  const stopping = new AbortController()
  let worker: Worker | null = null
  const keep = async () => {
    while (!stopping.signal.aborted) {
      const thread = new Worker(FILE, { workerData: data })
      worker = thread
      thread.on('message', (message: ClockMessage) => count(counts, message))
      thread.on('error', (error) => log.error({ err: error }, 'the thread of the clock broke off'))
      await new Promise<void>((resolve) => thread.once('exit', () => resolve()))
      worker = null
      if (stopping.signal.aborted) return
      log.warn('the thread of the clock ended; it is started again')
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
      // What it was doing is undone by the database and done at the next start.
      if (hung) await worker?.terminate()
    },
  }
}

function count(counts: TickerCounts, { figure, value }: ClockMessage): void {
  if (figure === 'running') counts.running.set(value)
  else if (figure === 'items') counts.items.inc(value)
  else counts[figure].inc()
}
