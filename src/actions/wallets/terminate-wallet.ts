import { notFound } from '../../core/refusal.ts'
import type { Tx } from '../../store/database.ts'
import { cancelItem } from '../../store/due-items.ts'
import { inTransaction } from '../../store/transaction.ts'
import {
  endWallets,
  lockActiveWallets,
  lockWallet,
  type WalletCode,
  type WalletRow,
  type WalletView,
  walletViews,
} from '../../store/wallets.ts'
import type { Caller, Context } from '../context.ts'
import type { DueAction } from '../due/due-action.ts'
import { announceWallets } from './announce-wallets.ts'

/**
 * Terminates a wallet (docs/rules/wallets.md#the-end-of-a-wallet): what is left in it is never spent. Doing it again
 * changes nothing. Gives the wallet; 404 when there is none.
 */
export async function terminateWallet(
  context: Context,
  caller: Caller,
  wanted: { readonly id: string } | WalletCode,
): Promise<WalletView> {
  return inTransaction(context.database, caller, async (tx) => {
    const wallet = await lockWallet(tx, wanted)
    if (!wallet) throw notFound('wallet')
    const [ended = wallet] = await endAll(tx, caller, [wallet])
    const [view] = await walletViews(tx, [ended], caller.now)
    if (!view) throw new Error(`wallet ${wallet.id} is gone`)
    return view
  })
}

/** Terminates the active wallets of a customer, who is locked. */
export async function terminateWalletsOfCustomer(tx: Tx, caller: Caller, customerId: string): Promise<void> {
  await endAll(tx, caller, await lockActiveWallets(tx, customerId))
}

/** Due work: terminates a wallet at its expiration. */
export const expireWallet: DueAction = async (_context, tx, caller, walletId) => {
  const wallet = await lockWallet(tx, { id: walletId })
  if (!wallet || wallet.expirationAt === null || wallet.expirationAt > caller.now) return
  await endAll(tx, caller, [wallet])
}

async function endAll(tx: Tx, caller: Caller, wallets: readonly WalletRow[]): Promise<readonly WalletRow[]> {
  const ended = await endWallets(
    tx,
    wallets.map(({ id }) => id),
    caller.now,
  )
  for (const { id, expirationAt } of ended) {
    if (expirationAt !== null && expirationAt > caller.now) await cancelItem(tx, 'wallet_expiry', id)
  }
  await announceWallets(
    tx,
    caller,
    ended.map(({ id }) => id),
    'wallet.terminated',
  )
  return ended
}
