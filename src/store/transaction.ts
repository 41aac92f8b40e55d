import { sql } from 'kysely'
import { type Database, Last, type Tenant, type Tx } from './database.ts'

/** Thrown when a transaction's assumptions no longer hold: it is rolled back and retried. */
export class Conflict extends Error {
  override readonly name = 'Conflict'
  /** Same as PostgreSQL's `serialization_failure`. */
  readonly code = '40001'
}

/**
 * Runs work in a transaction as one organization; only actions may import this file. When PostgreSQL aborts it
 * because of a conflict (deadlock, serialization), it is retried, since nothing was committed. If the caller's
 * request already has a transaction, the work becomes a savepoint in it that is rolled back alone on failure.
 */
export async function inTransaction<T>(
  database: Database,
  tenant: Tenant,
  work: (tx: Tx) => Promise<T | Last<T>>,
): Promise<T> {
  if (typeof tenant !== 'string' && tenant.open) return inPart(tenant.open, work)
  const organizationId = typeof tenant === 'string' ? tenant : tenant.organizationId
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.writeAs(organizationId, work)
    } catch (error) {
      if (attempt >= 5 || !isConflict(error)) throw error
    }
  }
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
