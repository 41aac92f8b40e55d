import { Decimal } from '../../core/amounts/decimal.ts'
import { accepted } from '../../core/refusal.ts'
import { applyMovement, canHold } from '../../core/wallets/movement.ts'
import type { TransactionMetadata } from '../../core/wallets/transaction.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { sectionsOfWallets } from '../../store/invoice-custom-sections.ts'
import { takeTopUp, type WalletTopUpRow } from '../../store/wallet-top-ups.ts'
import { unpaidCents } from '../../store/wallet-transactions.ts'
import { lockWallet, type WalletRow } from '../../store/wallets.ts'
import type { Caller, Context } from '../context.ts'
import type { DueAction } from '../due/due-action.ts'
import { announceMovements } from './announce-wallets.ts'
import { stateOf } from './wallet-state.ts'
import { type MovementDetails, writeMovements } from './write-movements.ts'

/**
 * Due work: carries out a top-up of a rule, once. A wallet that was terminated meanwhile gets
 * nothing; neither does one that could not hold it, which is logged.
 */
export const runTopUp: DueAction = async (context, tx, caller, topUpId) => {
  const topUp = await takeTopUp(tx, topUpId)
  if (!topUp) return
  const wallet = await lockWallet(tx, { id: topUp.walletId })
  if (wallet?.status === 'active') await carryOutTopUp(context, tx, caller, wallet, topUp)
}

/** A top-up as it is carried out: credits as decimal strings, and the details of its transactions. */
export type TopUp = Omit<WalletTopUpRow, 'id' | 'organizationId' | 'walletId' | 'createdAt'>

/** Carries out a top-up of a locked, active wallet; one that the wallet cannot hold is logged and left out. */
export async function carryOutTopUp(
  context: Context,
  tx: Tx,
  caller: Caller,
  wallet: WalletRow,
  topUp: TopUp,
): Promise<void> {
  const ruleId = topUp.recurringTransactionRuleId
  const sections = ruleId === null ? [] : await sectionsOfWallets(tx, [ruleId])
  const state = stateOf(wallet, await unpaidCents(tx, wallet.id), [])
  const ids = { purchased: newId(), granted: newId(), voided: newId() }
  const movement = {
    paidCredits: Decimal.of(topUp.paidCredits),
    grantedCredits: Decimal.of(topUp.grantedCredits),
    voidedCredits: null,
    voidedTransactionId: null,
    ignoreLimits: true,
    priority: topUp.priority,
  }
  if (!canHold(state, movement)) {
    const { organizationId } = caller
    context.log.warn({ organizationId, walletId: wallet.id }, 'a top-up is more than its wallet can hold')
    return
  }
  const { moved } = accepted(applyMovement(state, movement, ids, caller.now))
  const details = detailsOf(
    topUp,
    sections.map(({ id }) => id),
  )
  const part = { walletId: wallet.id, at: caller.now, moved, details }
  await announceMovements(tx, caller, await writeMovements(tx, caller.organizationId, [part]))
}

function detailsOf(topUp: TopUp, sectionIds: readonly string[]): MovementDetails {
  return {
    source: topUp.source as MovementDetails['source'],
    name: topUp.name,
    priority: topUp.priority,
    metadata: topUp.metadata as TransactionMetadata,
    purchaseOrderNumber: topUp.purchaseOrderNumber,
    invoiceRequiresSuccessfulPayment: topUp.invoiceRequiresSuccessfulPayment,
    paymentMethodType: topUp.paymentMethodType,
    paymentMethodId: topUp.paymentMethodId,
    skipsSections: topUp.skipInvoiceCustomSections,
    sectionIds,
  }
}
