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

type Amounts = Pick<NewWalletTransactionRow, 'id' | 'walletId' | 'amountCents'> & { readonly credits: string }

/** A settled outbound transaction, which voids credits unless changed. */
export function outboundRow(head: Pick<Head, 'organizationId' | 'at'>, of: Amounts): NewWalletTransactionRow {
  return {
    ...plainRow(head, of),
    transactionType: 'outbound',
    transactionStatus: 'voided',
    status: 'settled',
    settledAt: head.at,
  }
}

/** A grant, which is settled, or a purchase, which is pending. */
export function inboundRow(
  head: Pick<Head, 'organizationId' | 'at'>,
  of: Amounts,
  kind: 'granted' | 'purchased',
): NewWalletTransactionRow {
  const isGranted = kind === 'granted'
  return {
    ...plainRow(head, of),
    transactionType: 'inbound',
    transactionStatus: kind,
    status: isGranted ? 'settled' : 'pending',
    remainingAmountCents: isGranted ? of.amountCents : null,
    settledAt: isGranted ? head.at : null,
  }
}

function plainRow(
  { organizationId, at }: Pick<Head, 'organizationId' | 'at'>,
  { id, walletId, amountCents, credits }: Amounts,
) {
  return {
    organizationId,
    id,
    walletId,
    source: 'manual',
    amountCents,
    creditAmount: credits,
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
    failedAt: null,
    createdAt: at,
    updatedAt: at,
  }
}
