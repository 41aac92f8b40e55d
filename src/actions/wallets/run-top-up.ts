import { Decimal } from '../../core/amounts/decimal.ts'
import type { TRANSACTION_SOURCES, TransactionMetadata } from '../../core/wallets/transaction.ts'
import { sectionsOfWallets } from '../../store/invoice-custom-sections.ts'
import { takeTopUp } from '../../store/wallet-top-ups.ts'
import { lockWallet } from '../../store/wallets.ts'
import type { DueAction } from '../due/due-action.ts'
import { addCredits } from './add-credits.ts'
import { announceMovements } from './announce-wallets.ts'

/**
 * Due work: carries out a top-up of a new wallet or of a rule, once. A wallet that was terminated meanwhile gets
 * nothing.
 */
export const runTopUp: DueAction = async (_context, tx, caller, topUpId) => {
  const topUp = await takeTopUp(tx, topUpId)
  if (!topUp) return
  const wallet = await lockWallet(tx, { id: topUp.walletId })
  if (wallet?.status !== 'active') return
  const ruleId = topUp.recurringTransactionRuleId
  const sections = ruleId === null ? [] : await sectionsOfWallets(tx, [ruleId])
  const added = await addCredits(tx, caller, wallet, {
    paidCredits: Decimal.of(topUp.paidCredits),
    grantedCredits: Decimal.of(topUp.grantedCredits),
    source: topUp.source as (typeof TRANSACTION_SOURCES)[number],
    name: topUp.name,
    priority: topUp.priority,
    metadata: topUp.metadata as TransactionMetadata,
    purchaseOrderNumber: topUp.purchaseOrderNumber,
    invoiceRequiresSuccessfulPayment: topUp.invoiceRequiresSuccessfulPayment,
    paymentMethodType: topUp.paymentMethodType,
    paymentMethodId: topUp.paymentMethodId,
    skipsSections: topUp.skipInvoiceCustomSections,
    sectionIds: sections.map(({ id }) => id),
  })
  await announceMovements(tx, caller, added)
}
