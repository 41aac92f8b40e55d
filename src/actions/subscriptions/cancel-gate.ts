import type { RuleStatus } from '../../core/subscriptions/activation-gate.ts'
import { endActivationRules, lockGateInvoice } from '../../store/activation-rules.ts'
import { reviveCoupons } from '../../store/applied-coupons.ts'
import type { Tx } from '../../store/database.ts'
import { cancelItem, scheduleItem } from '../../store/due-items.ts'
import { type InvoiceRow, updateInvoice } from '../../store/invoices.ts'
import { enqueueCancel, enqueuePageClosing } from '../../store/payment-jobs.ts'
import { findActivePage } from '../../store/payment-pages.ts'
import { liveCharges } from '../../store/provider-payments.ts'
import { findPendingSuccessor, readSubscription, type SubscriptionRow } from '../../store/subscriptions.ts'
import { ts } from '../../store/values.ts'
import { giveBackToCreditNotes } from '../../store/write-credit-notes.ts'
import type { Caller } from '../context.ts'
import { recreditInvoice } from '../wallets/recredit-invoice.ts'
import { cancelSubscription } from './end-subscription.ts'

/** Why a subscription does not start: its payment failed, its time was over, or it was given up with its predecessor. */
export type GateEnd = 'payment_failed' | 'timeout' | 'given_up'

const RULES: Readonly<Record<GateEnd, RuleStatus>> = {
  payment_failed: 'failed',
  timeout: 'expired',
  given_up: 'declined',
}

/**
 * Cancels a subscription that waits for its payment (docs/rules/subscriptions.md#activation-rules): its invoice comes to
 * nothing, what that took is given back, and a charge that is under way is ended at its provider after the commit. The
 * one that it would have followed goes on. The caller has locked the customer.
 */
export async function cancelGate(tx: Tx, caller: Caller, row: SubscriptionRow, end: GateEnd): Promise<void> {
  const invoice = await lockGateInvoice(tx, row.id)
  if (invoice?.status === 'open') await closeInvoice(tx, caller, invoice)
  await endActivationRules(tx, row.id, RULES[end], caller.now)
  await cancelItem(tx, 'subscription_gate', row.id)
  await cancelSubscription(tx, caller, row, end === 'given_up' ? null : end)
  await resumePredecessor(tx, row)
}

/** What an invoice took of coupons, credit notes and wallets counts only once it is closed. */
async function closeInvoice(tx: Tx, caller: Caller, { id: invoiceId }: InvoiceRow): Promise<void> {
  const { organizationId, now } = caller
  await updateInvoice(tx, invoiceId, { status: 'closed', updatedAt: ts(now) })
  await reviveCoupons(tx, invoiceId, now)
  await giveBackToCreditNotes(tx, invoiceId, now)
  await recreditInvoice(tx, caller, invoiceId)
  await cancelItem(tx, 'invoice_charge', invoiceId)
  for (const { id: paymentId } of await liveCharges(tx, { invoiceId })) {
    await enqueueCancel(tx, { organizationId, paymentId })
  }
  const page = await findActivePage(tx, { invoiceId })
  if (page) await enqueuePageClosing(tx, { organizationId, pageId: page.id })
}

/** A predecessor that was to be replaced on its billing day is billed for that day, and the days since. */
async function resumePredecessor(tx: Tx, row: SubscriptionRow): Promise<void> {
  if (row.startedBy !== 'downgrade' || row.previousSubscriptionId === null || row.startedAt === null) return
  const old = await readSubscription(tx, row.previousSubscriptionId)
  if (old.status !== 'active') return
  await scheduleItem(tx, row.organizationId, {
    kind: 'subscription_billing',
    subjectId: old.id,
    dueAt: row.startedAt,
  })
}

/** Gives up a successor that waits for its payment, of a subscription that ends in any case. */
export async function giveUpSuccessor(tx: Tx, caller: Caller, row: SubscriptionRow): Promise<void> {
  const successor = await findPendingSuccessor(tx, row.id)
  if (successor?.status === 'incomplete') await cancelGate(tx, caller, successor, 'given_up')
}
