import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from '../store/database.ts'
import { CLOCK_CONNECTIONS, type ClockData, type ClockMessage } from './clock.ts'
import { createContext } from './context.ts'
import { openLog } from './log.ts'
import { watchRequests } from './request-meter.ts'
import { goOnFromLatestTime } from './system-time.ts'
import { yieldToRequests } from './thread-priority.ts'
import { startTicker, type TickerCounts } from './ticker.ts'

/** The main function of the clock thread; see clock.ts. */
async function run(data: ClockData): Promise<void> {
  yieldToRequests()
  const log = await openLog(data.log)
  const onError = (error: Error) => log.warn({ err: error }, 'a database connection was lost')
  const database = openDatabase({ url: data.databaseUrl, poolMax: CLOCK_CONNECTIONS, onError })
  const context = createContext({ database, log, settings: data.settings })
  const tell = (figure: ClockMessage['figure'], value: number) => {
    parentPort?.postMessage({ figure, value } satisfies ClockMessage)
  }
  const counts: TickerCounts = {
    ticks: { inc: () => tell('ticks', 1) },
    items: { inc: (value) => tell('items', value) },
    failures: { inc: () => tell('failures', 1) },
    running: { set: (value) => tell('running', value) },
  }
  await goOnFromLatestTime(database, log).catch((error: unknown) => {
    log.warn({ err: error }, 'the latest time could not be read')
  })
  const ticker = startTicker({ context, log, counts, isBusy: watchRequests(data.requests) })
  parentPort?.once('message', () => {
    void ticker
      .stop()
      .then(() => database.close())
      .finally(() => parentPort?.close())
  })
}

await run(workerData as ClockData)
