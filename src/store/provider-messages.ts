import { type Selectable, sql, type Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { InboundMessage } from '../core/payments/gateway.ts'
import { withoutCardNumbers } from '../core/payments/mask-cards.ts'
import type { Database, Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { ProviderMessages } from './rows.ts'
import { json, ts } from './values.ts'

export type ProviderMessageRow = Selectable<ProviderMessages>

export const MESSAGE_STATUSES = ['pending', 'succeeded', 'waiting', 'failed', 'dead'] as const
export type MessageStatus = (typeof MESSAGE_STATUSES)[number]

/** A statement has no more than 65,535 values. */
const INSERTED_AT_ONCE = 1000

/** Characters of an id or a type: an index takes no longer ones. */
const NAME_MAX = 500

/** How long messages are kept. */
const KEPT_DAYS = 90

/** Filters of the list of messages; undefined means no restriction. */
export type MessageFilters = {
  readonly status?: MessageStatus | undefined
  readonly type?: string | undefined
  readonly providerId?: string | undefined
}

/** Keeps messages that are not known yet, each once; they are `storable`. Returns the ids of the new ones. */
export async function insertMessages(
  tx: Tx,
  { organizationId, providerId }: { readonly organizationId: string; readonly providerId: string },
  messages: readonly InboundMessage[],
  { source, now }: { readonly source: 'push' | 'sweep'; readonly now: Instant },
): Promise<string[]> {
  const ids: string[] = []
  for (let begin = 0; begin < messages.length; begin += INSERTED_AT_ONCE) {
    const rows = messages.slice(begin, begin + INSERTED_AT_ONCE).map((message) => ({
      organizationId,
      id: newId(),
      paymentProviderId: providerId,
      messageId: message.messageId.slice(0, NAME_MAX),
      messageType: message.type.slice(0, NAME_MAX),
      source,
      status: 'pending',
      body: json(withoutCardNumbers(message.body)),
      occurredAt: ts(message.occurredAt),
      receivedAt: ts(now),
    }))
    const inserted = await tx
      .insertInto('providerMessages')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['organizationId', 'paymentProviderId', 'messageId']).doNothing(),
      )
      .returning('id')
      .execute()
    ids.push(...inserted.map(({ id }) => id))
  }
  return ids
}

export async function findMessage(reads: Reads, id: string): Promise<ProviderMessageRow | undefined> {
  return reads.selectFrom('providerMessages').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function updateMessage(tx: Tx, id: string, set: Updateable<ProviderMessages>): Promise<void> {
  await tx.updateTable('providerMessages').set(set).where('id', '=', id).execute()
}

/** One page of messages, the latest first, and the total count. */
export async function listMessages(
  reads: Reads,
  { status, type, providerId }: MessageFilters,
  slice: Slice,
): Promise<Listed<ProviderMessageRow>> {
  let query = reads.selectFrom('providerMessages').selectAll()
  if (status !== undefined) query = query.where('status', '=', status)
  if (type !== undefined) query = query.where('messageType', '=', type)
  if (providerId !== undefined) query = query.where('paymentProviderId', '=', providerId)
  return pageOf(query.orderBy('receivedAt', 'desc').orderBy('id'), slice)
}

/** Connections whose messages can be asked for, of all organizations. */
export async function listSweepable(
  database: Database,
): Promise<readonly { readonly organizationId: string; readonly id: string }[]> {
  return database.system
    .selectFrom('paymentProviders')
    .select(['organizationId', 'id'])
    .where('deletedAt', 'is', null)
    .where('state', '=', 'active')
    .execute()
}

/** Deletes messages that were handled long ago. */
export async function deleteOldMessages(database: Database, now: Instant): Promise<void> {
  await sql`
    delete from provider_messages
    where received_at < ${ts(now)} - make_interval(days => ${KEPT_DAYS}) and status in ('succeeded', 'dead')`.execute(
    database.system,
  )
}
