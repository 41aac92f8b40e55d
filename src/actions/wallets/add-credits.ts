import { Decimal } from '../../core/amounts/decimal.ts'
import { inboundAmount } from '../../core/wallets/credits.ts'
import type { TRANSACTION_SOURCES, TransactionMetadata } from '../../core/wallets/transaction.ts'
import type { NewWalletTransactionRow } from '../../store/billing/wallet-rows.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItems } from '../../store/due-items.ts'
import { newId } from '../../store/ids.ts'
import { replaceSelection } from '../../store/invoice-custom-sections.ts'
import { insertMovements } from '../../store/wallet-transactions.ts'
import type { WalletRow } from '../../store/wallets.ts'
import type { Caller } from '../context.ts'

/** Credits that enter a wallet, with what is kept on their transactions. */
export type AddedCredits = {
  readonly paidCredits: Decimal
  readonly grantedCredits: Decimal
  readonly source: (typeof TRANSACTION_SOURCES)[number]
  readonly name: string | null
  readonly priority: number
  readonly metadata: TransactionMetadata
  readonly purchaseOrderNumber: string | null
  readonly invoiceRequiresSuccessfulPayment: boolean
  readonly paymentMethodType: string
  readonly paymentMethodId: string | null
  readonly skipsSections: boolean
  /** The sections that the invoice of the purchase prints; those of the wallet when there are none. */
  readonly sectionIds: readonly string[]
}

/**
 * Sells and grants credits (docs/rules/wallets.md#transactions): the purchase is pending and gets its invoice right
 * afterwards, the grant is in the wallet at once. Nothing is made of credits that are worth nothing. The caller has
 * locked the customer and sends the webhooks.
 */
export async function addCredits(
  tx: Tx,
  { organizationId, now }: Caller,
  wallet: WalletRow,
  added: AddedCredits,
): Promise<readonly NewWalletTransactionRow[]> {
  const unit = { currency: wallet.currency, rate: Decimal.of(wallet.rateAmount) }
  const rows = (['purchased', 'granted'] as const).flatMap((kind): NewWalletTransactionRow[] => {
    const asked = kind === 'purchased' ? added.paidCredits : added.grantedCredits
    const amount = inboundAmount(asked, unit)
    return amount.amountCents === 0n
      ? []
      : [inboundRow({ organizationId, now, walletId: wallet.id }, kind, amount, added)]
  })
  await insertMovements(tx, { walletTransactions: rows, walletTransactionConsumptions: [] })
  const purchases = rows.filter(({ transactionStatus }) => transactionStatus === 'purchased')
  for (const { id } of purchases) {
    await replaceSelection(tx, organizationId, { column: 'walletTransactionId', id }, added.sectionIds, now)
  }
  await scheduleItems(
    tx,
    organizationId,
    purchases.map(({ id }) => ({ kind: 'wallet_purchase' as const, subjectId: id, dueAt: now })),
  )
  return rows
}

function inboundRow(
  of: { readonly organizationId: string; readonly now: Caller['now']; readonly walletId: string },
  kind: 'purchased' | 'granted',
  { amountCents, credits }: ReturnType<typeof inboundAmount>,
  added: AddedCredits,
): NewWalletTransactionRow {
  const isGranted = kind === 'granted'
  return {
    organizationId: of.organizationId,
    id: newId(),
    walletId: of.walletId,
    transactionType: 'inbound',
    transactionStatus: kind,
    status: isGranted ? 'settled' : 'pending',
    source: added.source,
    amountCents,
    creditAmount: credits.toString(),
    remainingAmountCents: isGranted ? amountCents : null,
    priority: added.priority,
    name: added.name,
    purchaseOrderNumber: added.purchaseOrderNumber,
    billingEntityId: null,
    invoiceId: null,
    creditNoteId: null,
    voidedInvoiceId: null,
    invoiceRequiresSuccessfulPayment: added.invoiceRequiresSuccessfulPayment,
    metadata: added.metadata,
    skipInvoiceCustomSections: added.skipsSections,
    paymentMethodType: added.paymentMethodType,
    paymentMethodId: added.paymentMethodId,
    settledAt: isGranted ? of.now : null,
    failedAt: null,
    createdAt: of.now,
    updatedAt: of.now,
  }
}
