import type { Instant } from '../../core/calendar/instant.ts'
import { localDate } from '../../core/calendar/zone.ts'
import { earlyEndNote, type NoteContent } from '../../core/credit-notes/early-end-note.ts'
import type { TerminationCreditNote } from '../../core/subscriptions/unused-amount.ts'
import { readCustomerSnapshot } from '../../store/billing/read-snapshot.ts'
import type { Tx } from '../../store/database.ts'
import { lastSubscriptionFee } from '../../store/early-ends.ts'
import { type InvoiceRow, readInvoice } from '../../store/invoices.ts'
import { readNotedInvoice } from '../../store/noted-invoices.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import { writeCreditNotes } from '../../store/write-credit-notes.ts'
import type { Caller } from '../context.ts'
import { announceCreditNotes } from './announce-credit-notes.ts'

/** A credit note for unused days, with the invoice that it credits. */
export type EndCredit = {
  readonly content: NoteContent
  readonly invoice: InvoiceRow
  /** The date in the customer's zone. */
  readonly issuingOn: string
}

/**
 * Credits the unused days of a subscription that was just ended by a termination or an upgrade
 * (docs/rules/credit-notes.md#unused-days); nothing when its plan is not paid in advance or its customer does not want
 * it. The note is at once available for the final invoice. The caller has locked the customer.
 */
export async function creditEarlyEnd(tx: Tx, caller: Caller, ended: SubscriptionRow): Promise<void> {
  const credit = await endCredit(tx, ended, caller.now)
  if (!credit) return
  const { invoice } = credit
  const isFinal = invoice.status === 'finalized'
  const ids = await writeCreditNotes(tx, caller.organizationId, [
    {
      ...credit.content,
      key: ended.id,
      customerId: invoice.customerId,
      invoiceId: invoice.id,
      currency: invoice.currency,
      reason: 'order_cancellation',
      cause: 'early_end',
      description: null,
      metadata: null,
      status: isFinal ? 'finalized' : 'draft',
      issuingOn: credit.issuingOn,
      isVoided: false,
      createdAt: caller.now,
    },
  ])
  if (isFinal) await announceCreditNotes(tx, caller, [...ids.values()])
}

/** What the unused days of an ended subscription come to; null when there is nothing to credit. */
export async function endCredit(tx: Tx, ended: SubscriptionRow, now: Instant): Promise<EndCredit | null> {
  const mode = ended.onTerminationCreditNote ?? 'credit'
  const { terminatedAt } = ended
  if (mode === 'skip' || terminatedAt === null) return null
  const snapshot = await readCustomerSnapshot(tx, ended.customerId, [ended.id])
  const [subscription] = snapshot?.subscriptions ?? []
  if (!snapshot || !subscription) throw new Error(`subscription ${ended.id} has no facts`)
  const { plan, billing } = subscription
  if (!plan.payInAdvance || billing.endedBy === null || billing.endedBy === 'downgrade') return null
  const last = await lastSubscriptionFee(tx, ended.id)
  // A subscription that ends before its period is billed has paid for nothing.
  if (last?.paidUntil == null || last.paidUntil < terminatedAt) return null
  const invoice = await readInvoice(tx, last.invoiceId)
  const noted = await readNotedInvoice(tx, invoice)
  const fee = noted.fees.find(({ id }) => id === last.id)
  if (!fee) throw new Error(`fee ${last.id} is not on its invoice`)
  const { zone } = snapshot.customer
  const content = earlyEndNote({
    plan,
    subscription: billing,
    terminatedAt,
    zone,
    cause: billing.endedBy,
    mode: mode as TerminationCreditNote,
    invoice: noted,
    fee: { ...last, ...fee },
  })
  return content && { content, invoice, issuingOn: localDate(now, zone) }
}
