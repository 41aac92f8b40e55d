import type { Metadata } from '../../core/input/metadata.ts'
import { notFound } from '../../core/refusal.ts'
import { inTransaction } from '../../store/transaction.ts'
import { json, ts } from '../../store/values.ts'
import { lockWallet, updateWallet, type WalletCode } from '../../store/wallets.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Replaces the metadata of a wallet with the result of `change`. Returns the new metadata; 404 when there is no such
 * wallet.
 */
export async function changeWalletMetadata(
  context: Context,
  caller: Caller,
  wanted: { readonly id: string } | WalletCode,
  change: (stored: Metadata | null) => Metadata | null,
): Promise<Metadata | null> {
  return inTransaction(context.database, caller, async (tx) => {
    const wallet = await lockWallet(tx, wanted)
    if (!wallet) throw notFound('wallet')
    const metadata = change(wallet.metadata as Metadata | null)
    await updateWallet(tx, wallet.id, {
      metadata: metadata === null ? null : json(metadata),
      updatedAt: ts(caller.now),
    })
    return metadata
  })
}
