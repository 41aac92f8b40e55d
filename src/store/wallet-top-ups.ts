import type { Selectable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Tx } from './database.ts'
import { scheduleItems } from './due-items.ts'
import type { WalletTopUps } from './rows.ts'
import { json, ts } from './values.ts'

/** A top-up that was asked for and is not carried out yet. */
export type WalletTopUpRow = Selectable<WalletTopUps>

/** Takes a top-up that waits, so that nobody carries it out twice. */
export async function takeTopUp(tx: Tx, id: string): Promise<WalletTopUpRow | undefined> {
  return tx.deleteFrom('walletTopUps').where('id', '=', id).returningAll().executeTakeFirst()
}

/**
 * Asks for top-ups of wallets, which are carried out at `dueAt`. One below a threshold asks for nothing when such a
 * one waits for the wallet already.
 */
export async function askForTopUps(tx: Tx, topUps: readonly WalletTopUpRow[], dueAt: Instant): Promise<void> {
  const [first] = topUps
  if (!first) return
  const asked = await tx
    .insertInto('walletTopUps')
    .values(topUps.map((row) => ({ ...row, metadata: json(row.metadata), createdAt: ts(row.createdAt) })))
    .onConflict((on) => on.doNothing())
    .returning('id')
    .execute()
  const items = asked.map(({ id }) => ({ kind: 'wallet_top_up' as const, subjectId: id, dueAt }))
  await scheduleItems(tx, first.organizationId, items)
}
