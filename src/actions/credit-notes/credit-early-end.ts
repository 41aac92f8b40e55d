import type { SubscriptionFacts } from '../../core/billing/snapshot.ts'
import { localDate, type TimeZone } from '../../core/calendar/zone.ts'
import { earlyEndNote, type NoteContent } from '../../core/credit-notes/early-end-note.ts'
import type { TerminationCreditNote } from '../../core/subscriptions/unused-amount.ts'
import { readCustomerSnapshot } from '../../store/billing/read-snapshot.ts'
import type { Reads, Tx } from '../../store/database.ts'
import { lastSubscriptionFee } from '../../store/early-ends.ts'
import { type InvoiceRow, readInvoice } from '../../store/invoices.ts'
import { readNotedInvoice } from '../../store/noted-invoices.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import { writeCreditNotes } from '../../store/write-credit-notes.ts'
import type { Caller } from '../context.ts'
import { issueCreditNotes } from './issue-credit-notes.ts'

/** A credit note for unused days, with the invoice that it credits. */
export type EndCredit = { readonly content: NoteContent; readonly invoice: InvoiceRow }

/**
 * Credits the unused days of a subscription that was just ended by a termination or an upgrade
 * (docs/rules/credit-notes.md#unused-days); nothing when its plan is not paid in advance or its customer does not want
 * it. The note is at once available for the final invoice. The caller has locked the customer.
 */
export async function creditEarlyEnd(tx: Tx, caller: Caller, ended: SubscriptionRow): Promise<void> {
  // Its end has set what a plan in advance says by default; a plan in arrears says nothing.
  if (ended.onTerminationCreditNote === null || ended.onTerminationCreditNote === 'skip') return
  const snapshot = await readCustomerSnapshot(tx, ended.customerId, [ended.id])
  const [subscription] = snapshot?.subscriptions ?? []
  if (!snapshot || !subscription) throw new Error(`subscription ${ended.id} has no facts`)
  const { zone } = snapshot.customer
  const credit = await endCredit(tx, subscription, zone, ended.onTerminationCreditNote)
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
      issuingOn: localDate(caller.now, zone),
      isVoided: false,
      createdAt: caller.now,
    },
  ])
  if (isFinal) await issueCreditNotes(tx, caller, [...ids.values()])
}

/**
 * What the unused days of an ended subscription come to; null when there is nothing to credit.
 *
 * @param setting what is wanted on a termination; null means credit
 */
export async function endCredit(
  reads: Reads,
  { id, plan, billing }: SubscriptionFacts,
  zone: TimeZone,
  setting: string | null,
): Promise<EndCredit | null> {
  const { terminatedAt, endedBy } = billing
  if (setting === 'skip' || !plan.payInAdvance || terminatedAt === null) return null
  if (endedBy === null || endedBy === 'downgrade') return null
  const last = await lastSubscriptionFee(reads, id)
  // A subscription that ends before its period is billed has paid for nothing.
  if (last?.paidUntil == null || last.paidUntil < terminatedAt) return null
  const invoice = await readInvoice(reads, last.invoiceId)
  const noted = await readNotedInvoice(reads, invoice)
  const fee = noted.fees.find((each) => each.id === last.id)
  if (!fee) throw new Error(`fee ${last.id} is not on its invoice`)
  const content = earlyEndNote({
    plan,
    subscription: billing,
    terminatedAt,
    zone,
    cause: endedBy,
    mode: (setting ?? 'credit') as TerminationCreditNote,
    invoice: noted,
    fee: { ...last, ...fee },
  })
  return content && { content, invoice }
}
