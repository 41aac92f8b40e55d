import type { Moved } from '../../core/wallets/movement.ts'
import type { TRANSACTION_SOURCES, TransactionMetadata } from '../../core/wallets/transaction.ts'
import {
  addConsumptions,
  inboundRow,
  type NewWalletTransactionRow,
  outboundRow,
  type WalletRows,
} from '../../store/billing/wallet-rows.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItems } from '../../store/due-items.ts'
import { replaceSelection } from '../../store/invoice-custom-sections.ts'
import { insertMovements } from '../../store/wallet-transactions.ts'
import type { Caller } from '../context.ts'

/** What is kept on the transactions of a movement beside their amounts. */
export type MovementDetails = {
  readonly source: (typeof TRANSACTION_SOURCES)[number]
  readonly name: string | null
  readonly priority: number
  readonly metadata: TransactionMetadata
  readonly purchaseOrderNumber: string | null
  readonly invoiceRequiresSuccessfulPayment: boolean
  readonly paymentMethodType: string
  readonly paymentMethodId: string | null
  readonly skipsSections: boolean
  /** The sections that the invoice of a purchase prints; those of the wallet when there are none. */
  readonly sectionIds: readonly string[]
}

/** Transactions of one movement of credits. */
export type MovementPart = {
  readonly walletId: string
  readonly at: Caller['now']
  readonly moved: readonly Moved[]
  readonly details: MovementDetails
}

/**
 * Writes movements of credits, in order, with one insert for each table, and makes the invoices of their purchases due.
 * The caller has locked the customers and sends the webhooks.
 */
export async function writeMovements(
  tx: Tx,
  organizationId: string,
  parts: readonly MovementPart[],
): Promise<readonly NewWalletTransactionRow[]> {
  const rows: WalletRows = { walletTransactions: [], walletTransactionConsumptions: [] }
  for (const part of parts) addPart(rows, organizationId, part)
  await insertMovements(tx, rows)
  const purchases = parts.flatMap(({ moved, at, details }) =>
    moved.filter(({ kind }) => kind === 'purchased').map(({ id }) => ({ id, at, details })),
  )
  for (const { id, at, details } of purchases) {
    if (details.sectionIds.length === 0) continue
    await replaceSelection(tx, organizationId, { column: 'walletTransactionId', id }, details.sectionIds, at)
  }
  await scheduleItems(
    tx,
    organizationId,
    purchases.map(({ id, at }) => ({ kind: 'wallet_purchase' as const, subjectId: id, dueAt: at })),
  )
  return rows.walletTransactions
}

function addPart(rows: WalletRows, organizationId: string, part: MovementPart): void {
  const { walletId, at, moved, details } = part
  const head = { organizationId, at }
  for (const { id, kind, amountCents, credits, consumptions } of moved) {
    const of = { id, walletId, amountCents, credits: credits.toString() }
    const { name, priority, metadata, purchaseOrderNumber, source } = details
    const shared = { name, priority, metadata, purchaseOrderNumber, source }
    if (kind === 'voided') rows.walletTransactions.push({ ...outboundRow(head, of), ...shared })
    else {
      rows.walletTransactions.push({
        ...inboundRow(head, of, kind),
        ...shared,
        invoiceRequiresSuccessfulPayment: details.invoiceRequiresSuccessfulPayment,
        skipInvoiceCustomSections: details.skipsSections,
        paymentMethodType: details.paymentMethodType,
        paymentMethodId: details.paymentMethodId,
      })
    }
    addConsumptions(rows, head, id, consumptions)
  }
}
