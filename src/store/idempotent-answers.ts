import type { Instant } from '../core/calendar/instant.ts'
import type { Tx } from './database.ts'
import { ts } from './values.ts'

export type KeptAnswer = {
  readonly requestHash: Buffer
  readonly status: number | null
  readonly body: string | null
  readonly createdAt: Instant
}

/** Reserves a key; gives what is kept under it when it is already taken. */
export async function reserveKey(
  tx: Tx,
  row: {
    readonly organizationId: string
    readonly key: string
    readonly requestHash: Buffer
    readonly now: Instant
  },
): Promise<KeptAnswer | undefined> {
  const inserted = await tx
    .insertInto('idempotentAnswers')
    .values({
      organizationId: row.organizationId,
      key: row.key,
      requestHash: row.requestHash,
      createdAt: ts(row.now),
    })
    .onConflict((oc) => oc.doNothing())
    .returning('key')
    .executeTakeFirst()
  if (inserted) return undefined
  return tx
    .selectFrom('idempotentAnswers')
    .select(['requestHash', 'status', 'body', 'createdAt'])
    .where('key', '=', row.key)
    .forUpdate()
    .executeTakeFirst()
}

export async function keepAnswer(tx: Tx, key: string, status: number, body: string): Promise<void> {
  await tx.updateTable('idempotentAnswers').set({ status, body }).where('key', '=', key).execute()
}

/** Takes a reserved key for a new attempt. */
export async function renewKey(tx: Tx, key: string, now: Instant): Promise<void> {
  await tx
    .updateTable('idempotentAnswers')
    .set({ createdAt: ts(now), status: null, body: null })
    .where('key', '=', key)
    .execute()
}

export async function releaseKey(tx: Tx, key: string): Promise<void> {
  await tx.deleteFrom('idempotentAnswers').where('key', '=', key).execute()
}
