import { Decimal } from '../../core/amounts/decimal.ts'
import { creditsOfCents } from '../../core/wallets/credits.ts'
import { addConsumptions, outboundRow } from '../../store/billing/wallet-rows.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import { insertMovements, lockPurchaseOfInvoice } from '../../store/wallet-transactions.ts'
import { walletsByIds } from '../../store/wallets.ts'
import type { Caller } from '../context.ts'
import { announceWallets } from '../wallets/announce-wallets.ts'

/**
 * Voids the bought credits whose price a credit note pays back (docs/rules/credit-notes.md#bought-credits), from the
 * purchase itself; nothing for other invoices. The caller has locked the customer and checked what is left.
 */
export async function takeBackCredits(
  tx: Tx,
  caller: Caller,
  invoice: InvoiceRow,
  refund: { readonly creditNoteId: string; readonly amountCents: bigint },
): Promise<void> {
  if (invoice.invoiceType !== 'credit' || refund.amountCents === 0n) return
  const purchase = await lockPurchaseOfInvoice(tx, invoice.id)
  const [wallet] = await walletsByIds(tx, purchase ? [purchase.walletId] : [])
  if (!purchase || !wallet) throw new Error(`invoice ${invoice.id} sold no credits`)
  const unit = { currency: wallet.currency, rate: Decimal.of(wallet.rateAmount) }
  const { creditNoteId, amountCents } = refund
  const head = { organizationId: caller.organizationId, at: caller.now }
  const id = newId()
  const credits = creditsOfCents(amountCents, unit).toString()
  const row = { ...outboundRow(head, { id, walletId: wallet.id, amountCents, credits }), creditNoteId }
  const rows = { walletTransactions: [row], walletTransactionConsumptions: [] }
  addConsumptions(rows, head, id, [{ inboundId: purchase.id, amountCents }])
  await insertMovements(tx, rows)
  await announceWallets(tx, caller, [wallet.id], 'wallet.updated')
}
