import { Decimal } from '../../core/amounts/decimal.ts'
import { accepted, invalid } from '../../core/refusal.ts'
import { consume } from '../../core/wallets/consume.ts'
import { type CreditUnit, creditsOfCents, voidedAmount } from '../../core/wallets/credits.ts'
import type { Funding } from '../../core/wallets/transaction.ts'
import type { MovementInput } from '../../core/wallets/transaction-input.ts'
import {
  addConsumptions,
  type NewWalletTransactionRow,
  outboundRow,
} from '../../store/billing/wallet-rows.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { fundingsOfWallet, insertMovements } from '../../store/wallet-transactions.ts'
import type { WalletRow } from '../../store/wallets.ts'
import type { Caller } from '../context.ts'

type VoidedInput = Pick<
  MovementInput,
  'voidedCredits' | 'voidedTransactionId' | 'name' | 'priority' | 'metadata' | 'purchaseOrderNumber'
>

/**
 * Voids credits of a wallet (docs/rules/wallets.md#voiding-credits): from all of it in the order in which credits are
 * spent, or from one inbound transaction, all that is left of it unless an amount is given. 422 when there is less.
 * The caller has locked the customer and sends the webhooks.
 */
export async function voidCredits(
  tx: Tx,
  { organizationId, now }: Caller,
  wallet: WalletRow,
  input: VoidedInput,
): Promise<readonly NewWalletTransactionRow[]> {
  const { voidedCredits, voidedTransactionId } = input
  if (voidedTransactionId === null && !voidedCredits?.isPositive()) return []
  if (voidedCredits?.isZero()) return []
  const unit = { currency: wallet.currency, rate: Decimal.of(wallet.rateAmount) }
  const all = await fundingsOfWallet(tx, wallet.id)
  const fundings = voidedTransactionId === null ? all : all.filter(({ id }) => id === voidedTransactionId)
  const { amountCents, credits } = amountOf(voidedCredits, fundings, unit)
  const heldCents = fundings.reduce((sum, { remainingCents }) => sum + remainingCents, 0n)
  if (voidedTransactionId !== null && amountCents > heldCents) {
    throw invalid({ amount_cents: ['exceeds_remaining_transaction_amount'] })
  }
  const { consumptions } = accepted(consume(fundings, amountCents))
  const { name, priority, metadata, purchaseOrderNumber } = input
  const head = { organizationId, at: now }
  const id = newId()
  const row = {
    ...outboundRow(head, { id, walletId: wallet.id, amountCents, credits: credits.toString() }),
    name,
    priority,
    metadata,
    purchaseOrderNumber,
  }
  const rows = { walletTransactions: [row], walletTransactionConsumptions: [] }
  addConsumptions(rows, head, id, consumptions)
  await insertMovements(tx, rows)
  return [row]
}

function amountOf(credits: Decimal | null, fundings: readonly Funding[], unit: CreditUnit) {
  if (credits !== null) return voidedAmount(credits, unit)
  const amountCents = fundings.reduce((sum, { remainingCents }) => sum + remainingCents, 0n)
  return { amountCents, credits: creditsOfCents(amountCents, unit) }
}
