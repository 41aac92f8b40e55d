import type { WebhookType } from '../../core/webhooks/types.ts'
import type { Tx } from '../../store/database.ts'
import { type WalletTransactionView, walletTransactionViews } from '../../store/wallet-transactions.ts'
import { namedWallets, walletsByIds, walletViews } from '../../store/wallets.ts'
import { toWireAnnouncedWalletTransaction } from '../../wire/wallet-transactions.ts'
import { toWireWalletWithRules } from '../../wire/wallets.ts'
import type { Caller } from '../context.ts'
import { announceAll, type Happening } from '../webhooks/announce.ts'

/** Sends a webhook about wallets as they are now, in order. */
export async function announceWallets(
  tx: Tx,
  caller: Caller,
  walletIds: readonly string[],
  type: Extract<WebhookType, `wallet.${string}`>,
): Promise<void> {
  const messages = walletIds.map((objectId): Happening => ({ type, objectType: 'wallet', objectId }))
  await announceAll(tx, caller, messages, async (wanted) => {
    const wallets = await walletsByIds(
      tx,
      wanted.map(({ objectId }) => objectId),
    )
    const views = await walletViews(tx, wallets, caller.now)
    return new Map(views.map((view) => [view.id, toWireWalletWithRules(view)]))
  })
}

/** A transaction of a wallet, by id. */
export type MovedCredits = { readonly id: string; readonly walletId: string }

/** Sends a webhook about transactions of wallets, in order; `known` are their views, where the caller has read them. */
export async function announceTransactions(
  tx: Tx,
  caller: Caller,
  moved: readonly MovedCredits[],
  type: Extract<WebhookType, `wallet_transaction.${'created' | 'updated'}`>,
  known?: readonly WalletTransactionView[],
): Promise<void> {
  const messages = moved.map(
    ({ id }): Happening => ({ type, objectType: 'wallet_transaction', objectId: id }),
  )
  await announceAll(tx, caller, messages, async (wanted) => {
    const ids = wanted.map(({ objectId }) => objectId)
    const views = known ?? (await walletTransactionViews(tx, ids))
    const wallets = await namedWallets(
      tx,
      await walletsByIds(
        tx,
        views.map(({ walletId }) => walletId),
      ),
    )
    const walletOf = new Map(wallets.map((wallet) => [wallet.id, wallet]))
    return new Map(
      views.flatMap((view) => {
        const wallet = walletOf.get(view.walletId)
        return wallet ? [[view.id, toWireAnnouncedWalletTransaction(view, wallet)] as const] : []
      }),
    )
  })
}

/**
 * Sends the webhooks of new transactions: each of its own, then each wallet whose balance moved. `known` are their views,
 * where the caller has read them.
 */
export async function announceMovements(
  tx: Tx,
  caller: Caller,
  moved: readonly (MovedCredits & { readonly status: string })[],
  known?: readonly WalletTransactionView[],
): Promise<void> {
  if (moved.length === 0) return
  await announceTransactions(tx, caller, moved, 'wallet_transaction.created', known)
  const settled = moved.filter(({ status }) => status === 'settled')
  const walletIds = [...new Set(settled.map(({ walletId }) => walletId))]
  await announceWallets(tx, caller, walletIds, 'wallet.updated')
}
