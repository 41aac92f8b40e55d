import { Refusal } from '../core/problems.ts'
import { keepAnswer, releaseKey, renewKey, reserveKey } from '../store/idempotent-answers.ts'
import { inTransaction } from '../store/transaction.ts'
import type { Context } from './context.ts'

/** After this a reserved key without an answer belonged to a process that died, and may be tried anew. */
const ABANDONED_MS = 60_000

/**
 * The kept answer of a key, or undefined after reserving it for the caller.
 * Refuses with 409 another request under the key, and one whose first is still running.
 */
export async function answerIdempotently(
  context: Context,
  organizationId: string,
  key: string,
  requestHash: Buffer,
): Promise<{ readonly status: number; readonly body: string } | undefined> {
  const now = context.systemNow()
  return inTransaction(context.database, organizationId, async (tx) => {
    const kept = await reserveKey(tx, { organizationId, key, requestHash, now })
    if (!kept) return undefined
    if (!kept.requestHash.equals(requestHash)) {
      throw new Refusal({ kind: 'conflict', code: 'idempotency_key_reused' })
    }
    if (kept.status !== null) return { status: kept.status, body: kept.body ?? '' }
    if (now - kept.createdAt < ABANDONED_MS) {
      throw new Refusal({ kind: 'conflict', code: 'idempotency_key_in_use' })
    }
    await renewKey(tx, key, now)
    return undefined
  })
}

/** Keeps the answer of a reserved key; an answer of 5xx frees the key instead. */
export async function rememberAnswer(
  context: Context,
  organizationId: string,
  key: string,
  status: number,
  body: string,
): Promise<void> {
  await inTransaction(context.database, organizationId, async (tx) => {
    if (status >= 500) await releaseKey(tx, key)
    else await keepAnswer(tx, key, status, body)
  })
}
