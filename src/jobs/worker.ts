import {
  Logger,
  makeWorkerUtils,
  parseCronItems,
  run,
  type Task,
  type TaskList,
  type WorkerUtils,
} from 'graphile-worker'
import type { Context, Log } from '../actions/context.ts'
import { schedule, tasks } from './tasks.ts'

const CONCURRENCY = 4
const POLL_MS = 2000
const SWEEP_EVERY_MS = 60_000
/** After that long a stopping worker aborts what it still waits for; shutdown has 5.5 s for all of it. */
const STOP_PATIENCE_MS = 3000
/** No job runs that long: who has held one for longer is dead. */
const HELD_MAX = '10 minutes'

/** A running worker; asking it to stop again waits for the same end. */
export type Worker = { stop(): Promise<void> }

/**
 * Takes jobs from the queue until it is stopped; several processes may do so on one database. `stop` lets running
 * jobs end, and after three seconds asks them to.
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
  const runner = await run({
    connectionString: parts.databaseUrl,
    maxPoolSize: concurrency + 2,
    concurrency,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    gracefulShutdownAbortTimeout: STOP_PATIENCE_MS,
    logger,
    taskList: taskList(context),
    parsedCronItems: parseCronItems([...schedule]),
  })
  let hasEnded = false
  const ended = runner.promise
    .catch((error: unknown) => log.error({ err: error }, 'the job queue stopped'))
    .finally(() => {
      hasEnded = true
    })
  await sweep(utils, log)
  let sweeping = Promise.resolve()
  const timer = setInterval(() => {
    sweeping = sweep(utils, log)
  }, SWEEP_EVERY_MS)
  timer.unref()
  const end = async () => {
    clearInterval(timer)
    // The queue refuses to be stopped twice, also when it ended by itself.
    if (!hasEnded) await runner.stop()
    await Promise.all([ended, sweeping])
    await utils.release()
  }
  let ending: Promise<void> | null = null
  return {
    stop: () => {
      ending ??= end()
      return ending
    },
  }
}

function taskList(context: Context): TaskList {
  const list: Record<string, Task> = {}
  for (const [name, job] of Object.entries(tasks)) {
    list[name] = async (payload, { job: row, abortSignal }) => {
      const isLastTry = row.attempts >= row.max_attempts
      await job(context, payload as Readonly<Record<string, unknown>>, { isLastTry, signal: abortSignal })
    }
  }
  return list
}

/**
 * Frees the jobs of workers that died holding them, so that they are done after minutes. The queue itself would
 * free them after four hours.
 */
async function sweep(utils: WorkerUtils, log: Log): Promise<void> {
  try {
    const { rows } = await utils.withPgClient((client) =>
      client.query<{ locked_by: string }>(
        `select distinct locked_by from graphile_worker.jobs where locked_at < now() - interval '${HELD_MAX}'`,
      ),
    )
    if (rows.length === 0) return
    await utils.forceUnlockWorkers(rows.map((row) => row.locked_by))
    log.warn({ workers: rows.length }, 'jobs of dead workers were freed')
  } catch (error) {
    log.warn({ err: error }, 'jobs of dead workers were not looked for')
  }
}

/** The queue's messages in the server's log. A failed job is tried again, so it is a warning there. */
function queueLogger(log: Log): Logger {
  return new Logger((scope) => (level, message) => {
    const { taskIdentifier, jobId } = scope
    const fields = { ...(taskIdentifier ? { taskIdentifier } : {}), ...(jobId ? { jobId } : {}) }
    const name: string = level
    const isFailedJob = message.startsWith('Failed task ')
    if (name === 'error' && !isFailedJob) log.error(fields, message)
    else if (name === 'error' || name === 'warning') log.warn(fields, message)
    else log.debug(fields, message)
  })
}
