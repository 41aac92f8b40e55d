import { conflict } from '../core/refusal.ts'
import type { Reads } from '../store/database.ts'
import { findAnswer, holdKey, insertAnswer, type KeptAnswer } from '../store/idempotent-answers.ts'
import { inTransaction } from '../store/transaction.ts'
import type { Caller, Context } from './context.ts'

export type Answer = { readonly status: number; readonly body: string }

/** A request with an Idempotency-Key; the hash identifies the request. */
export type KeyedRequest = { readonly key: string; readonly requestHash: Buffer }

export type OnceAnswered = Answer & { readonly isReplayed: boolean }

/**
 * Executes a request at most once per key: its writes and its response are one transaction, so that neither exists
 * without the other, even after a crash (docs/decisions/0011). 409 for a different request with the same key, and
 * while the first one is still running.
 *
 * @param answer executes the request for the given caller and also returns rejections; if it throws, everything is
 * rolled back
 */
export async function answerOnce(
  context: Context,
  caller: Caller,
  request: KeyedRequest,
  answer: (caller: Caller) => Promise<Answer>,
): Promise<OnceAnswered> {
  const { organizationId } = caller
  return inTransaction(context.database, caller, async (tx) => {
    if (!(await holdKey(tx, organizationId, request.key))) throw conflict('idempotency_key_in_use')
    const kept = await keptAnswer(tx, request)
    if (kept) return kept
    const given = await answer({ ...caller, open: tx })
    if (!(await insertAnswer(tx, rowOf(context, caller, request, given)))) {
      throw new Error('the key was answered twice at once')
    }
    return { ...given, isReplayed: false }
  })
}

/** Repeatable requests running in this process, by organization and key. */
const running = new Set<string>()

/**
 * The same for a request that is safe to execute twice (events have their own keys, a clock move is absolute) and
 * cannot be one transaction: its response is stored afterwards. Another request with the key is rejected while it
 * runs in this process.
 */
export async function answerAgain(
  context: Context,
  caller: Caller,
  request: KeyedRequest,
  answer: (caller: Caller) => Promise<Answer>,
): Promise<OnceAnswered> {
  const name = `${caller.organizationId} ${request.key}`
  if (running.has(name)) throw conflict('idempotency_key_in_use')
  running.add(name)
  try {
    const kept = await context.database.read(caller, (reads) => keptAnswer(reads, request))
    if (kept) return kept
    const given = await answer(caller)
    // Of the organization alone: a clock that was told to move stands elsewhere by now.
    await inTransaction(context.database, caller.organizationId, (tx) =>
      insertAnswer(tx, rowOf(context, caller, request, given)),
    )
    return { ...given, isReplayed: false }
  } finally {
    running.delete(name)
  }
}

async function keptAnswer(reads: Reads, request: KeyedRequest): Promise<OnceAnswered | undefined> {
  const kept = await findAnswer(reads, request.key)
  if (!kept) return undefined
  if (!kept.requestHash.equals(request.requestHash)) throw conflict('idempotency_key_reused')
  return { status: kept.status, body: kept.body, isReplayed: true }
}

function rowOf(
  context: Context,
  { organizationId }: Caller,
  request: KeyedRequest,
  { status, body }: Answer,
): KeptAnswer & Parameters<typeof insertAnswer>[1] {
  return { organizationId, ...request, status, body, createdAt: context.systemNow() }
}
