import { parentPort, workerData } from 'node:worker_threads'
import { buildApp } from '../api/app.ts'
import { givenHeaders } from '../api/long-reads.ts'
import { openDatabase } from '../store/database.ts'
import { createContext } from './context.ts'
import { openLog } from './log.ts'
import { READER_CONNECTIONS, type ReaderData, type ReaderMessage, type ReaderOrder } from './reader.ts'
import { goOnFromLatestTime } from './system-time.ts'
import { yieldToRequests } from './thread-priority.ts'

/** The body of the thread for long reads; see reader.ts. */
async function run(data: ReaderData): Promise<void> {
  yieldToRequests()
  const log = await openLog(data.log)
  const onError = (error: Error) => log.warn({ err: error }, 'a database connection was lost')
  const database = openDatabase({ url: data.databaseUrl, poolMax: READER_CONNECTIONS, onError })
  await goOnFromLatestTime(database, log).catch((error: unknown) => {
    log.warn({ err: error }, 'the latest time could not be read')
  })
  const app = buildApp(createContext({ database, log, settings: data.settings }))
  await app.ready()
  const answer = async ({ id, read }: Extract<ReaderOrder, { kind: 'read' }>) => {
    const given = await app.inject({ method: 'GET', url: read.url, headers: { ...read.headers } })
    const body = new Uint8Array(given.rawPayload)
    const message: ReaderMessage = {
      kind: 'answer',
      id,
      answer: { status: given.statusCode, headers: givenHeaders(given.headers), body },
    }
    parentPort?.postMessage(message, [body.buffer])
  }
  parentPort?.on('message', (order: ReaderOrder) => {
    if (order.kind === 'stop') {
      void app
        .close()
        .then(() => database.close())
        .finally(() => parentPort?.close())
      return
    }
    answer(order).catch((error: unknown) => {
      log.error({ err: error }, 'a long read could not be answered')
      parentPort?.postMessage({ kind: 'answer', id: order.id, answer: null } satisfies ReaderMessage)
    })
  })
  parentPort?.postMessage({ kind: 'ready' } satisfies ReaderMessage)
}

await run(workerData as ReaderData)
