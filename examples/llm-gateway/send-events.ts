import { SingleBar } from 'cli-progress'
import { type Client, type EventInputObject, getLagoError } from 'lago-javascript-client'

const BATCH = 100

type BatchProblem = { error_details?: Record<string, { transaction_id?: string[] }> }

/** Sends the events in batches of 100, skipping those sent by an earlier run. Returns how many were new. */
export async function sendEvents(
  client: ReturnType<typeof Client>,
  events: readonly EventInputObject[],
): Promise<number> {
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {value} of {total} events | {eta_formatted} left',
  })
  bar.start(events.length, 0)
  let sent = 0
  try {
    for (let at = 0; at < events.length; at += BATCH) {
      const batch = events.slice(at, at + BATCH)
      sent += await sendBatch(client, batch)
      bar.increment(batch.length)
    }
  } finally {
    bar.stop()
  }
  return sent
}

/**
 * A batch is stored all or nothing. If the response lists events that already exist, the others are resent without
 * them.
 */
async function sendBatch(
  client: ReturnType<typeof Client>,
  batch: readonly EventInputObject[],
): Promise<number> {
  if (batch.length === 0) return 0
  try {
    await client.events.createBatchEvents({ events: [...batch] })
    return batch.length
  } catch (error) {
    const problem = (await getLagoError<typeof client.events.createBatchEvents>(error)) as BatchProblem
    const known = new Set(
      Object.entries(problem.error_details ?? {})
        .filter(([, codes]) => codes.transaction_id?.includes('value_already_exist'))
        .map(([place]) => Number(place)),
    )
    if (known.size === 0) throw new Error(`the events were refused: ${JSON.stringify(problem)}`)
    return sendBatch(
      client,
      batch.filter((_event, place) => !known.has(place)),
    )
  }
}
