import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Database, Reads, Tx } from './database.ts'
import { ts } from './values.ts'

export type KeptAnswer = {
  readonly requestHash: Buffer
  readonly status: number
  /** The response body as text. */
  readonly body: string
}

/** Locks a key until the transaction ends; false when another request holds it. */
export async function holdKey(tx: Tx, organizationId: string, key: string): Promise<boolean> {
  const { rows } = await sql<{ held: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`idempotency ${organizationId} ${key}`}, 0)) as held
  `.execute(tx)
  return rows[0]?.held ?? false
}

export async function findAnswer(reads: Reads, key: string): Promise<KeptAnswer | undefined> {
  return reads
    .selectFrom('idempotentAnswers')
    .select(['requestHash', 'status', 'body'])
    .where('key', '=', key)
    .executeTakeFirst()
}

/** Stores a response; false when the key already has one. */
export async function insertAnswer(
  tx: Tx,
  row: KeptAnswer & { readonly organizationId: string; readonly key: string; readonly createdAt: Instant },
): Promise<boolean> {
  const inserted = await tx
    .insertInto('idempotentAnswers')
    .values({ ...row, createdAt: ts(row.createdAt) })
    .onConflict((oc) => oc.doNothing())
    .returning('key')
    .executeTakeFirst()
  return inserted !== undefined
}

/** Deletes up to `limit` responses from before an instant, of any organization; returns how many. */
export async function deleteAnswersBefore(
  database: Database,
  before: Instant,
  limit: number,
): Promise<number> {
  const result = await sql`
    delete from idempotent_answers where (organization_id, key) in (
      select organization_id, key from idempotent_answers
      where created_at < ${ts(before)}
      order by created_at
      limit ${limit}
    )`.execute(database.system)
  return Number(result.numAffectedRows ?? 0)
}
