import { instant } from '../../core/calendar/instant.ts'
import { nextLookAt } from '../../core/dunning/steps.ts'
import { overdueAt } from '../../core/invoicing/overdue.ts'
import { INVOICE_PAYMENT_STATUSES, type InvoicePaymentStatus } from '../../core/invoicing/payment-status.ts'
import type { Tx } from '../../store/database.ts'
import { cancelItem, scheduleItem } from '../../store/due-items.ts'
import { resetPaidDunning, scheduleDunning } from '../../store/dunning.ts'
import { addLedgerEntries, type LedgerEntry, stateFeePayment } from '../../store/invoice-payments.ts'
import { type InvoiceRow, isVisible, lockInvoices, touchInvoices } from '../../store/invoices.ts'
import { enqueueCancel, enqueuePageClosing } from '../../store/payment-jobs.ts'
import { activePagesOf } from '../../store/payment-pages.ts'
import { waitingChargesOf } from '../../store/provider-payments.ts'
import { together } from '../../store/together.ts'
import { announceInvoices } from '../billing/announce-documents.ts'
import type { Caller } from '../context.ts'
import { settleGate } from '../subscriptions/settle-gate.ts'
import { settlePurchase } from '../wallets/settle-purchase.ts'

/** An invoice before and after its payment status changed. */
export type PaymentStatusChange = { readonly before: InvoiceRow; readonly after: InvoiceRow }

/**
 * The only place where the payment of invoices changes: adds entries to their ledgers, and for every invoice whose
 * payment status changes by them updates its fees, its overdue mark and what it has due, and announces it
 * (docs/rules/payments.md#the-status-of-an-invoice). The caller has locked the customers and the invoices, which are
 * given as they were before. Returns the invoices whose status changed.
 */
export async function settleInvoices(
  tx: Tx,
  caller: Caller,
  invoices: readonly InvoiceRow[],
  entries: readonly LedgerEntry[],
): Promise<readonly PaymentStatusChange[]> {
  if (entries.length === 0) return []
  const { organizationId, now } = caller
  const ids = invoices.map(({ id }) => id)
  await addLedgerEntries(tx, organizationId, entries, now)
  const byId = new Map((await lockInvoices(tx, ids)).map((row) => [row.id, row]))
  const changes = invoices.flatMap((before): PaymentStatusChange[] => {
    const after = byId.get(before.id)
    return after && after.paymentStatus !== before.paymentStatus ? [{ before, after }] : []
  })
  const settled = changes.filter(isSettled).map(({ after }) => after.id)
  await together(
    touchInvoices(tx, ids, { now, settled }),
    ...INVOICE_PAYMENT_STATUSES.map((status) => {
      const own = changes.filter(({ after }) => after.paymentStatus === status)
      return stateFeePayment(
        tx,
        own.map(({ after }) => after.id),
        status,
        now,
      )
    }),
    closePages(tx, organizationId, settled),
    cancelWaiting(tx, organizationId, settled),
    followOverdue(tx, caller, changes),
  )
  await followDunning(tx, caller, changes)
  const announced = changes.filter(({ after }) => isVisible(after)).map(({ after }) => after.id)
  await announceInvoices(tx, caller, announced, 'invoice.payment_status_updated')
  for (const { after } of changes) {
    // Credits that were offset instead of paid are not bought.
    const status = after.offsetAmountCents === 0n ? paymentStatusOf(after) : 'failed'
    await settlePurchase(tx, caller, after, status)
    await settleGate(tx, caller, after, status)
  }
  return changes
}

function paymentStatusOf({ paymentStatus }: InvoiceRow): InvoicePaymentStatus {
  return paymentStatus as InvoicePaymentStatus
}

function isSettled({ after }: PaymentStatusChange): boolean {
  return after.paymentStatus === 'succeeded'
}

/** What is paid is not to be paid on a page as well, nor with what else a payment request asks for. */
async function closePages(tx: Tx, organizationId: string, invoiceIds: readonly string[]): Promise<void> {
  for (const { id: pageId } of await activePagesOf(tx, invoiceIds)) {
    await enqueuePageClosing(tx, { organizationId, pageId })
  }
}

/** Nor by what waits for the payer, such as a bank transfer. */
async function cancelWaiting(tx: Tx, organizationId: string, invoiceIds: readonly string[]): Promise<void> {
  for (const paymentId of await waitingChargesOf(tx, invoiceIds)) {
    await enqueueCancel(tx, { organizationId, paymentId })
  }
}

/**
 * A paid invoice cannot become overdue. One whose payment is reverted can, immediately if its due date has passed
 * (docs/rules/invoices.md#payment-and-overdue).
 */
async function followOverdue(tx: Tx, caller: Caller, changes: readonly PaymentStatusChange[]): Promise<void> {
  for (const change of changes) {
    const { before, after } = change
    if (isSettled(change)) await cancelItem(tx, 'invoice_overdue', after.id)
    else if (before.paymentStatus === 'succeeded' && canBeOverdue(after)) {
      const dueAt = instant(Math.max(overdueAt(after.paymentDueDate, after.timezone), caller.now))
      await scheduleItem(tx, caller.organizationId, { kind: 'invoice_overdue', subjectId: after.id, dueAt })
    }
  }
}

/** Who pays what a campaign asked for starts over in that currency (docs/rules/payments.md#dunning). */
async function followDunning(
  tx: Tx,
  { now }: Caller,
  changes: readonly PaymentStatusChange[],
): Promise<void> {
  const paid = changes.filter((change) => isSettled(change) && change.before.paymentOverdue)
  const customerIds = await resetPaidDunning(
    tx,
    paid.map(({ after }) => after.id),
    now,
  )
  await scheduleDunning(tx, customerIds, nextLookAt(now))
}

function canBeOverdue(invoice: InvoiceRow): boolean {
  return !invoice.selfBilled && invoice.totalAmountCents > 0n && invoice.paymentDisputeLostAt === null
}
