import type { Registry } from 'prom-client'
import type { Context } from '../actions/context.ts'
import { startWorker } from '../jobs/worker.ts'
import { type ClockData, startClock } from './clock.ts'
import { keepClockMoves } from './clock-moves.ts'
import type { Config } from './config.ts'
import { startFoldingDays } from './days.ts'
import { keepWorker } from './keep-worker.ts'
import type { PinoLog } from './log.ts'
import { startPartitions } from './partitions.ts'
import type { RequestCounter } from './request-meter.ts'
import type { Role } from './role.ts'
import { keepTime } from './system-time.ts'
import { startTicker, tickerCounts } from './ticker.ts'

/** Everything a process runs besides serving requests. */
export type Background = {
  /** Starts nothing new and resolves when work in progress is done. */
  readonly stop: () => Promise<void>
}

export type BackgroundInput = {
  readonly context: Context
  readonly config: Config
  readonly role: Role
  /** The database, for parts with their own connections. */
  readonly url: string
  readonly log: PinoLog
  /** Counts the requests that this process serves. */
  readonly requests: RequestCounter
  /** Where the parts register their metrics. */
  readonly registry: Registry
  /** Told how many organizations' due work is running in this process, whenever that changes. */
  readonly onDueWork: (organizations: number) => void
}

type Part = {
  readonly name: string
  readonly roles: readonly Role[]
  readonly start: (input: BackgroundInput) => Promise<Background>
}

/** Every background part and the roles that run it. A new one is one line. */
const PARTS: readonly Part[] = [
  {
    name: 'jobs',
    roles: ['all', 'worker'],
    start: ({ context, url, log, config }) =>
      keepWorker(
        () => startWorker({ context, databaseUrl: url, log, concurrency: config.workerConcurrency }),
        log,
      ),
  },
  {
    name: 'clock',
    roles: ['all', 'clock'],
    start: async ({ context, config, url, role, log, registry, requests, onDueWork: onRunning }) =>
      role === 'clock'
        ? startTicker({ context, log, counts: tickerCounts(registry) })
        : startClock({ data: { ...clockData(context, config, url), requests }, log, registry, onRunning }),
  },
  {
    name: 'sandbox clocks',
    roles: ['all', 'clock'],
    start: async ({ context, log }) => keepClockMoves(context, log),
  },
  {
    name: 'time',
    roles: ['all', 'api', 'worker', 'clock'],
    start: async ({ context, log }) => keepTime(context, log),
  },
  {
    name: 'event partitions',
    roles: ['all', 'clock'],
    start: async ({ context, log }) => startPartitions({ context, log }),
  },
  {
    name: 'sums by day',
    roles: ['all', 'clock'],
    start: async ({ context, log }) => startFoldingDays({ context, log }),
  },
]

function clockData(context: Context, config: Config, databaseUrl: string): Omit<ClockData, 'requests'> {
  const log = { level: config.logLevel, isTerminal: process.stdout.isTTY === true }
  return { databaseUrl, settings: context.settings, log }
}

/** Starts the parts of a role, and stops those already started when one fails. */
export async function startBackground(input: BackgroundInput): Promise<Background> {
  const started: Background[] = []
  const stop = async () => {
    await Promise.all(started.map((part) => part.stop()))
  }
  try {
    for (const part of PARTS.filter(({ roles }) => roles.includes(input.role))) {
      started.push(await part.start(input))
      input.log.debug({ part: part.name }, 'started')
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { stop }
}
