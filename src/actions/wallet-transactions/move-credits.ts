import { Decimal } from '../../core/amounts/decimal.ts'
import type { Input } from '../../core/input/fields.ts'
import { Problems } from '../../core/problems.ts'
import { refuseIfAny } from '../../core/refusal.ts'
import { checkLimits, checkWorth, WALLET_CENTS_MAX } from '../../core/wallets/credit-input.ts'
import { inboundAmount, voidedAmount } from '../../core/wallets/credits.ts'
import { type MovementInput, readMovement } from '../../core/wallets/transaction-input.ts'
import type { Tx } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import { inTransaction } from '../../store/transaction.ts'
import {
  findInbound,
  pendingCents,
  type WalletTransactionView,
  walletTransactionViews,
} from '../../store/wallet-transactions.ts'
import { lockWallet, type WalletRow } from '../../store/wallets.ts'
import type { Caller, Context } from '../context.ts'
import { readSections } from '../invoice-custom-sections/select-sections.ts'
import { type AddedCredits, addCredits } from '../wallets/add-credits.ts'
import { announceMovements } from '../wallets/announce-wallets.ts'
import { voidCredits } from './void-credits.ts'

/**
 * Sells, grants and voids credits of a wallet, in this order (docs/rules/wallets.md#transactions), and gives the
 * transactions. 422 with everything that is wrong with the request; then nothing has moved.
 */
export async function moveCredits(
  context: Context,
  caller: Caller,
  input: Input,
): Promise<readonly WalletTransactionView[]> {
  const problems = new Problems()
  const movement = readMovement(input, problems)
  const walletId = typeof input.wallet_id === 'string' && isId(input.wallet_id) ? input.wallet_id : null
  return inTransaction(context.database, caller, async (tx) => {
    const wallet = walletId === null ? undefined : await lockWallet(tx, { id: walletId })
    if (!wallet) problems.add('wallet_id', 'wallet_not_found')
    else if (wallet.status !== 'active') problems.add('wallet_id', 'wallet_is_terminated')
    else await checkMovement(tx, wallet, movement, problems)
    refuseIfAny(problems)
    if (!wallet) return []
    const added = await addCredits(tx, caller, wallet, await creditsOf(tx, wallet, movement))
    const voided = await voidCredits(tx, caller, wallet, movement)
    const moved = [...added, ...voided]
    await announceMovements(tx, caller, moved)
    return walletTransactionViews(
      tx,
      moved.map(({ id }) => id),
    )
  })
}

async function creditsOf(tx: Tx, wallet: WalletRow, movement: MovementInput): Promise<AddedCredits> {
  const sections = await readSections(tx, movement.sections?.codes ?? [])
  const { paidCredits, grantedCredits, name, priority, metadata, purchaseOrderNumber } = movement
  return {
    paidCredits,
    grantedCredits,
    name,
    priority,
    metadata,
    purchaseOrderNumber,
    source: 'manual',
    invoiceRequiresSuccessfulPayment:
      movement.invoiceRequiresSuccessfulPayment ?? wallet.invoiceRequiresSuccessfulPayment,
    paymentMethodType: movement.paymentMethodType ?? wallet.paymentMethodType,
    paymentMethodId: null,
    skipsSections: movement.sections?.skips ?? false,
    sectionIds: sections.map(({ id }) => id),
  }
}

/** Adds what is wrong with a movement of credits of an active wallet. */
async function checkMovement(
  tx: Tx,
  wallet: WalletRow,
  movement: MovementInput,
  problems: Problems,
): Promise<void> {
  const { paidCredits, grantedCredits, voidedCredits, voidedTransactionId, ignoreLimits } = movement
  const unit = { currency: wallet.currency, rate: Decimal.of(wallet.rateAmount) }
  const paid = inboundAmount(paidCredits, unit)
  const granted = inboundAmount(grantedCredits, unit)
  checkWorth('paid_credits', paidCredits, paid, problems)
  checkWorth('granted_credits', grantedCredits, granted, problems)
  const limits = { minCents: wallet.paidTopUpMinAmountCents, maxCents: wallet.paidTopUpMaxAmountCents }
  if (!ignoreLimits) checkLimits(paid.amountCents, limits, problems)
  const addedCents = paid.amountCents + granted.amountCents
  const heldCents = addedCents === 0n ? 0n : wallet.balanceCents + (await pendingCents(tx, wallet.id))
  if (addedCents > 0n && heldCents + addedCents > WALLET_CENTS_MAX) {
    const field = paid.amountCents > granted.amountCents ? 'paid_credits' : 'granted_credits'
    problems.add(field, 'value_is_out_of_range')
  }
  if (voidedCredits !== null) {
    checkWorth('voided_credits', voidedCredits, voidedAmount(voidedCredits, unit), problems)
    const isShort = voidedCredits.compare(Decimal.of(wallet.creditsBalance)) > 0
    if (isShort) problems.add('voided_credits', 'insufficient_credits')
  }
  if (voidedTransactionId !== null) await checkTarget(tx, wallet, voidedTransactionId, problems)
}

async function checkTarget(tx: Tx, wallet: WalletRow, id: string, problems: Problems): Promise<void> {
  const target = isId(id) ? await findInbound(tx, wallet.id, id) : undefined
  if (!target) problems.add('voided_transaction_id', 'wallet_transaction_not_found')
  else if (!target.hasRemaining) problems.add('voided_transaction_id', 'no_remaining_amount')
}
