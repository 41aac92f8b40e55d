import type { Insertable, Selectable } from 'kysely'
import type { Tx } from './database.ts'
import type { WalletTopUps } from './rows.ts'

/** A top-up that was asked for and is not carried out yet. */
export type WalletTopUpRow = Selectable<WalletTopUps>

/** Keeps a top-up until its due item is processed. */
export async function insertTopUp(tx: Tx, row: Insertable<WalletTopUps>): Promise<void> {
  await tx.insertInto('walletTopUps').values(row).execute()
}

/** Takes a top-up that waits, so that nobody carries it out twice. */
export async function takeTopUp(tx: Tx, id: string): Promise<WalletTopUpRow | undefined> {
  return tx.deleteFrom('walletTopUps').where('id', '=', id).returningAll().executeTakeFirst()
}
