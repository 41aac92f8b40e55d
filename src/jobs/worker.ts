import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  Logger,
  makeWorkerUtils,
  parseCronItems,
  run,
  type Task,
  type TaskList,
  type WorkerEvents,
  type WorkerUtils,
} from 'graphile-worker'
import type { Context, Log } from '../actions/context.ts'
import { ViesOutage } from '../actions/customers/check-vat-number.ts'
import { InboxMissing } from '../actions/payment-providers/register-inbox.ts'
import { MessageWaiting } from '../actions/provider-messages/handle-message.ts'
import { NothingRead } from '../actions/provider-messages/handled.ts'
import { DeliveryFailure } from '../actions/webhooks/deliver-webhook.ts'
import { fetchInTurns } from './fetch-in-turns.ts'
import { keepLease } from './leases.ts'
import { schedule, tasks } from './tasks.ts'
import { wedgedPool } from './wedged-pool.ts'

const CONCURRENCY = 8
/**
 * For fetching and completing jobs, opened when needed. With fewer connections than concurrent jobs, the queue logs a
 * warning at every start.
 */
export const WORKER_CONNECTIONS_MAX = 10
const POLL_MS = 2000
/** Between two checks whether PostgreSQL is back. */
const ANSWER_PAUSE_MS = 250
/** After this long, a stopping worker aborts its running jobs; shutdown allows 5.5 s in total. */
const STOP_PATIENCE_MS = 3000

/** A running worker; stopping it again waits for the same shutdown. */
export type Worker = {
  stop(): Promise<void>
  /** Resolves when it takes no more jobs, whether or not it was told to stop. */
  readonly ended: Promise<void>
}

/**
 * Runs jobs from the queue until stopped; several processes may do so on one database. `stop` lets running jobs
 * finish and aborts them after three seconds.
 */
export async function startWorker(parts: {
  readonly context: Context
  readonly databaseUrl: string
  readonly log: Log
  readonly concurrency?: number
}): Promise<Worker> {
  const { context, log } = parts
  const concurrency = parts.concurrency ?? CONCURRENCY
  const logger = queueLogger(log)
  const utils = await makeWorkerUtils({ connectionString: parts.databaseUrl, maxPoolSize: 1, logger })
  const events: WorkerEvents = new EventEmitter()
  const poolId = poolIdOf(events)
  const beginning = run({
    connectionString: parts.databaseUrl,
    maxPoolSize: Math.min(concurrency + 2, WORKER_CONNECTIONS_MAX),
    concurrency,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    gracefulShutdownAbortTimeout: STOP_PATIENCE_MS,
    logger,
    events,
    forbiddenFlags: fetchInTurns(events, concurrency, () => performance.now()),
    taskList: taskList(context),
    parsedCronItems: parseCronItems([...schedule]),
    // Ended jobs are written down by the queue itself, which stops when it cannot and is begun anew; without a delay it
    // would leave the failure to nobody, which ends the program.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  })
  const isListening = listenState(events)
  const look = firstLook(events)
  const wedged = wedgedPool(events)
  const runner = await beginning.catch(async (error: unknown) => {
    await utils.release()
    throw error
  })
  let hasEnded = false
  const stops = runner.promise.catch((error: unknown) => log.error({ err: error }, 'the job queue stopped'))
  // The queue throws when stopped twice, even if it stopped by itself.
  let stopping: Promise<void> | null = null
  const stopRunner = () => {
    stopping ??= hasEnded ? Promise.resolve() : runner.stop()
    return stopping
  }
  const isGivenUp = wedged.then(async () => {
    if (hasEnded || stopping !== null) return stops
    log.error({}, 'the job queue could not write down how jobs ended, and is given up')
    // Its connections are closed.
    await stopRunner()
  })
  const ended = Promise.race([stops, isGivenUp]).finally(() => {
    hasEnded = true
  })
  void look.then(async (error) => {
    if (error === null) return
    log.warn({ err: error }, 'the job queue could not fetch its first job')
    while (stopping === null && !(isListening() && (await answers(utils)))) await sleep(ANSWER_PAUSE_MS)
    await stopRunner()
  })
  const lease = await keepLease(context, poolId())
  const end = async () => {
    await Promise.all([stopRunner(), ended, lease.stop()])
    await utils.release()
  }
  let ending: Promise<void> | null = null
  return {
    ended,
    stop: () => {
      ending ??= end()
      return ending
    },
  }
}

/**
 * Resolves when a worker has fetched for the first time: with null, or with the error. After an error the queue must
 * be restarted, because it caches the promise of its first task lookup and would repeat the failure forever. It must
 * only be stopped once PostgreSQL is back and it is listening again: while losing its connections, it would release
 * them twice.
 */
function firstLook(events: WorkerEvents): Promise<unknown> {
  return new Promise((resolve) => {
    events.once('worker:getJob:empty', () => resolve(null))
    events.once('job:start', () => resolve(null))
    events.once('worker:getJob:error', ({ error }) => resolve(error))
  })
}

/** The name under which the worker that is begun with these events locks its jobs. */
function poolIdOf(events: WorkerEvents): () => string {
  let id = ''
  events.on('pool:create', ({ workerPool }) => {
    id = workerPool.id
  })
  return () => id
}

function listenState(events: WorkerEvents): () => boolean {
  let isListening = false
  events.on('pool:listen:success', () => {
    isListening = true
  })
  events.on('pool:listen:error', () => {
    isListening = false
  })
  return () => isListening
}

async function answers(utils: WorkerUtils): Promise<boolean> {
  return utils
    .withPgClient((client) => client.query('select 1'))
    .then(
      () => true,
      () => false,
    )
}

function taskList(context: Context): TaskList {
  const list: Record<string, Task> = {}
  for (const [name, job] of Object.entries(tasks)) {
    list[name] = async (payload, { job: row, abortSignal }) => {
      const run = { attempt: row.attempts, signal: abortSignal }
      await job(context, payload as Readonly<Record<string, unknown>>, run)
    }
  }
  return list
}

/** Failures of somebody else, which say in a line what there is to say; a stack trace would lead nowhere. */
const OF_OTHERS = [DeliveryFailure, ViesOutage, InboxMissing, MessageWaiting, NothingRead]

/** Writes the queue's messages to the server's log. A failed job is retried, so it is only a warning. */
function queueLogger(log: Log): Logger {
  return new Logger((scope) => (level, text, details) => {
    const isOfOthers = OF_OTHERS.some((failure) => details?.error instanceof failure)
    const message = isOfOthers ? (text.split(/:?\n/, 1)[0] ?? text) : text
    const { taskIdentifier, jobId } = scope
    const fields = { ...(taskIdentifier ? { taskIdentifier } : {}), ...(jobId ? { jobId } : {}) }
    const name: string = level
    const isFailedJob = message.startsWith('Failed task ')
    if (name === 'error' && !isFailedJob) log.error(fields, message)
    else if (name === 'error' || name === 'warning') log.warn(fields, message)
    else log.debug(fields, message)
  })
}
