import { deleteOldDocuments } from '../../store/documents.ts'
import type { Context } from '../context.ts'

/** As long as the law of most countries asks for. */
const KEPT_YEARS = 10
const BATCH = 1000

/** Deletes documents that need not be kept any longer; returns how many. */
export async function dropOldDocuments(context: Context): Promise<number> {
  const now = context.systemNow()
  let dropped = 0
  for (;;) {
    const count = await deleteOldDocuments(context.database, { now, years: KEPT_YEARS, limit: BATCH })
    dropped += count
    if (count < BATCH) return dropped
  }
}
