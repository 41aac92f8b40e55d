import type { Selectable } from 'kysely'
import type { Instant } from '../../core/calendar/instant.ts'
import type { Spending } from '../../core/wallets/spend.ts'
import { DEFAULT_PRIORITY } from '../../core/wallets/wallet.ts'
import { newId } from '../ids.ts'
import type { WalletTransactionConsumptions, WalletTransactions } from '../rows.ts'

/** A transaction of a wallet as inserted; the database derives whether something of it remains. */
export type NewWalletTransactionRow = Omit<Selectable<WalletTransactions>, 'hasRemaining'>

/** The rows that move credits, by table. */
export type WalletRows = {
  readonly walletTransactions: NewWalletTransactionRow[]
  readonly walletTransactionConsumptions: Selectable<WalletTransactionConsumptions>[]
}

/** What is the same for the transactions that an invoice makes. */
type Head = { readonly organizationId: string; readonly invoiceId: string; readonly at: Instant }

/** Adds the rows of what an invoice takes from wallets. */
export function addSpendings(rows: WalletRows, head: Head, spendings: readonly Spending[]): void {
  for (const { walletId, amountCents, credits, consumptions } of spendings) {
    const id = newId()
    rows.walletTransactions.push({
      ...outboundRow(head, { id, walletId, amountCents, credits: credits.toString() }),
      transactionStatus: 'invoiced',
      invoiceId: head.invoiceId,
    })
    addConsumptions(rows, head, id, consumptions)
  }
}

/** Adds the rows of what an outbound transaction takes from inbound ones. */
export function addConsumptions(
  rows: WalletRows,
  { organizationId, at }: Pick<Head, 'organizationId' | 'at'>,
  outboundId: string,
  consumptions: Spending['consumptions'] | readonly Omit<Spending['consumptions'][number], 'kind'>[],
): void {
  for (const consumption of consumptions) {
    rows.walletTransactionConsumptions.push({
      organizationId,
      id: newId(),
      inboundWalletTransactionId: consumption.inboundId,
      outboundWalletTransactionId: outboundId,
      amountCents: consumption.amountCents,
      createdAt: at,
    })
  }
}

/** A settled outbound transaction. */
export function outboundRow(
  { organizationId, at }: Pick<Head, 'organizationId' | 'at'>,
  of: Pick<NewWalletTransactionRow, 'id' | 'walletId' | 'amountCents'> & { readonly credits: string },
): NewWalletTransactionRow {
  return {
    organizationId,
    id: of.id,
    walletId: of.walletId,
    transactionType: 'outbound',
    transactionStatus: 'voided',
    status: 'settled',
    source: 'manual',
    amountCents: of.amountCents,
    creditAmount: of.credits,
    remainingAmountCents: null,
    priority: DEFAULT_PRIORITY,
    name: null,
    purchaseOrderNumber: null,
    billingEntityId: null,
    invoiceId: null,
    creditNoteId: null,
    voidedInvoiceId: null,
    invoiceRequiresSuccessfulPayment: false,
    metadata: [],
    skipInvoiceCustomSections: false,
    paymentMethodType: 'provider',
    paymentMethodId: null,
    settledAt: at,
    failedAt: null,
    createdAt: at,
    updatedAt: at,
  }
}
