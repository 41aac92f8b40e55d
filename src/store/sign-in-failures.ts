import { sql } from 'kysely'
import { type Instant, instant } from '../core/calendar/instant.ts'
import { type FailureKind, FORGOTTEN_MS, lockedUntil, oneMoreFailure } from '../core/sessions/lockout.ts'
import type { Database, Tx } from './database.ts'
import { ts } from './values.ts'

/** Whose failures are counted, as hashes. */
export type FailureSubjects = Readonly<Record<FailureKind, Buffer>>

/**
 * Counts an attempt of each subject as a failure, unless one of them is locked: then it gives until when, and counts
 * nothing. Attempts at the same time wait for each other.
 */
export async function takeAttempt(
  database: Database,
  subjects: FailureSubjects,
  now: Instant,
): Promise<Instant | null> {
  return database.system.transaction().execute(async (tx) => {
    const kinds: readonly FailureKind[] = ['address', 'sender']
    // In one order, so that two attempts never wait for each other.
    for (const subject of kinds.map((kind) => subjects[kind]).sort(Buffer.compare)) {
      await sql`select pg_advisory_xact_lock(hashtextextended(${subject.toString('hex')}, 0))`.execute(tx)
    }
    const known = await Promise.all(kinds.map((kind) => findFailures(tx, subjects[kind])))
    const ends = kinds.map((kind, i) => lockedUntil(known[i], kind, now) ?? now)
    const until = Math.max(...ends)
    if (until > now) return instant(until)
    for (const [i, kind] of kinds.entries()) {
      const { failures, failedAt } = oneMoreFailure(known[i], now)
      await tx
        .insertInto('signInFailures')
        .values({ subject: subjects[kind], failures, failedAt: ts(failedAt) })
        .onConflict((oc) => oc.column('subject').doUpdateSet({ failures, failedAt: ts(failedAt) }))
        .execute()
    }
    const forgotten = instant(now - FORGOTTEN_MS)
    await tx.deleteFrom('signInFailures').where('failedAt', '<', ts(forgotten)).execute()
    return null
  })
}

async function findFailures(tx: Tx, subject: Buffer) {
  return tx.selectFrom('signInFailures').selectAll().where('subject', '=', subject).executeTakeFirst()
}

/** Forgets all failures of a subject, which has succeeded. */
export async function forgetFailures(database: Database, subject: Buffer): Promise<void> {
  await database.system.deleteFrom('signInFailures').where('subject', '=', subject).execute()
}

/** Forgets one failure of a subject: the attempt that was counted has succeeded. */
export async function takeBackFailure(database: Database, subject: Buffer): Promise<void> {
  await database.system
    .deleteFrom('signInFailures')
    .where('subject', '=', subject)
    .where('failures', '=', 1)
    .execute()
  await database.system
    .updateTable('signInFailures')
    .set((eb) => ({ failures: eb('failures', '-', 1) }))
    .where('subject', '=', subject)
    .where('failures', '>', 1)
    .execute()
}
