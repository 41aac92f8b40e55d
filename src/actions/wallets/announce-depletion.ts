import type { Tx } from '../../store/database.ts'
import { namedWallets, walletsByIds } from '../../store/wallets.ts'
import { toWireWalletBase } from '../../wire/wallets.ts'
import type { Caller } from '../context.ts'
import { announceAll, type Happening } from '../webhooks/announce.ts'

/** Tells that the ongoing balances of wallets have fallen to zero or below. */
export async function announceDepletion(tx: Tx, caller: Caller, walletIds: readonly string[]): Promise<void> {
  const messages = walletIds.map(
    (objectId): Happening => ({ type: 'wallet.depleted_ongoing_balance', objectType: 'wallet', objectId }),
  )
  await announceAll(tx, caller, messages, async (wanted) => {
    const ids = wanted.map(({ objectId }) => objectId)
    const wallets = await namedWallets(tx, await walletsByIds(tx, ids))
    return new Map(wallets.map((wallet) => [wallet.id, toWireWalletBase(wallet)]))
  })
}
