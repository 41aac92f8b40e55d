import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { conflict } from '../core/refusal.ts'
import { holdClock } from './clock-moves.ts'
import { type Database, Last, type Tenant, type Tx } from './database.ts'
import { Unavailable } from './unavailable.ts'

/** Thrown when a transaction's assumptions no longer hold: it is rolled back and retried. */
export class Conflict extends Error {
  override readonly name = 'Conflict'
  /** Same as PostgreSQL's `serialization_failure`. */
  readonly code = '40001'
}

/** How often and for how long a transaction is begun again before its caller is told to come back later. */
const ATTEMPTS_MAX = 12
const RETRYING_MAX_MS = 10_000
/** The pause before the second attempt; it doubles with each one. */
const PAUSE_FIRST_MS = 5
const PAUSE_MAX_MS = 500

/**
 * Runs work in a transaction as one organization; only actions may import this file. When PostgreSQL aborts it
 * because of a conflict (deadlock, serialization), it is retried after a random pause, since nothing was committed. If the caller's
 * request already has a transaction, the work becomes a savepoint in it that is rolled back alone on failure.
 *
 * A caller in a sandbox writes at the time that its clock showed when the request came, and gets 409
 * `clock_is_advancing` if the clock has moved since. Throws `Unavailable` after twelve attempts or ten seconds.
 */
export async function inTransaction<T>(
  database: Database,
  tenant: Tenant,
  work: (tx: Tx) => Promise<T | Last<T>>,
): Promise<T> {
  if (typeof tenant !== 'string' && tenant.open) return inPart(tenant.open, work)
  const organizationId = typeof tenant === 'string' ? tenant : tenant.organizationId
  return againOnConflict(() =>
    database.writeAs(organizationId, async (tx) => {
      await holdClockOf(tx, tenant)
      return work(tx)
    }),
  )
}

/**
 * Runs work in a transaction of the database's owner, whom row-level security does not bind: for what is of no
 * organization, or makes or removes one. Only actions may import this file. Conflicts are retried as above.
 */
export async function inSystemTransaction<T>(database: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  return againOnConflict(() => database.system.transaction().execute(work))
}

/** Runs a transaction again that PostgreSQL has aborted because of others; nothing of it was committed. */
async function againOnConflict<T>(transact: () => Promise<T>): Promise<T> {
  const began = performance.now()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transact()
    } catch (error) {
      if (!isConflict(error)) throw error
      if (attempt >= ATTEMPTS_MAX || performance.now() - began > RETRYING_MAX_MS) {
        throw new Unavailable('a transaction met conflicts again and again', { cause: error })
      }
      await sleep(pauseAfter(attempt))
    }
  }
}

/** Keeps the clock of a sandbox where the caller was told that it is. */
async function holdClockOf(tx: Tx, tenant: Tenant): Promise<void> {
  if (typeof tenant === 'string' || !tenant.organization?.isSandbox) return
  const { status, clockAt } = await holdClock(tx, tenant.organizationId)
  if (status === 'advancing' || clockAt !== tenant.organization.clockAt) throw conflict('clock_is_advancing')
}

/** Milliseconds to wait after an attempt: random, so that those who met do not meet again. */
function pauseAfter(attempt: number): number {
  return Math.random() * Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** attempt)
}

/**
 * Runs a part of a transaction that may fail without affecting the rest. Returns the error when it is caused by the
 * part itself: a value that the database rejects, or a bug. Anything else, from a conflict to a lost connection, is
 * thrown and aborts the transaction.
 */
export async function inSavepoint<T>(
  tx: Tx,
  work: () => Promise<T>,
): Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }> {
  await sql`savepoint part`.execute(tx)
  try {
    const value = await work()
    await sql`release savepoint part`.execute(tx)
    return { ok: true, value }
  } catch (error) {
    if (!isItsOwn(error)) throw error
    await sql`rollback to savepoint part`.execute(tx)
    await sql`release savepoint part`.execute(tx)
    return { ok: false, error }
  }
}

/** JavaScript errors have no code; classes 22 and 23 are invalid values and constraint violations. */
function isItsOwn(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === undefined || (typeof code === 'string' && /^2[23]...$/.test(code))
}

/** A conflict propagates to whoever opened the transaction and retries it. */
async function inPart<T>(tx: Tx, work: (tx: Tx) => Promise<T | Last<T>>): Promise<T> {
  await sql`savepoint part`.execute(tx)
  try {
    const answer = await work(tx)
    const result = answer instanceof Last ? await answer.statements : answer
    await sql`release savepoint part`.execute(tx)
    return result
  } catch (error) {
    await sql`rollback to savepoint part`.execute(tx)
    throw error
  }
}

function isConflict(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === '40P01' || code === '40001'
}
