import { localDate } from '../../core/calendar/zone.ts'
import { customerNumber, entityNumber } from '../../core/invoicing/numbering.ts'
import { overdueAt } from '../../core/invoicing/overdue.ts'
import { unpaidStatus } from '../../core/invoicing/payment-status.ts'
import type { WebhookType } from '../../core/webhooks/types.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { invoiceViews } from '../../store/invoice-views.ts'
import { lockInvoice, nextCustomerSequence, nextEntitySequence, updateInvoice } from '../../store/invoices.ts'
import { findBillingEntity } from '../../store/organizations.ts'
import { unbilledFeesOf } from '../../store/unbilled-fees.ts'
import { ts } from '../../store/values.ts'
import { toWireInvoice } from '../../wire/invoices.ts'
import type { Caller, Context } from '../context.ts'
import { announce } from '../webhooks/announce.ts'

/** What is announced when an invoice of a type becomes final; types that are announced otherwise are absent. */
const ANNOUNCEMENT: Readonly<Record<string, WebhookType>> = {
  subscription: 'invoice.created',
  progressive_billing: 'invoice.created',
  advance_charges: 'invoice.created',
  one_off: 'invoice.one_off_created',
}

/**
 * Makes an invoice final: its number, its payment status, its overdue date and its announcement, in the transaction
 * that computed it (subscriptions-and-invoicing §7.6, §7.8). An invoice without fees' amount is closed instead when
 * the customer or its entity skips such invoices.
 */
export async function issueInvoice(
  context: Context,
  tx: Tx,
  caller: Caller,
  invoiceId: string,
): Promise<'finalized' | 'closed'> {
  const invoice = await lockInvoice(tx, invoiceId)
  if (!invoice) throw new Error(`invoice ${invoiceId} is gone`)
  const customer = await tx
    .selectFrom('customers')
    .selectAll()
    .where('id', '=', invoice.customerId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const entity = await findBillingEntity(tx, { id: invoice.billingEntityId })
  if (!entity) throw new Error(`billing entity ${invoice.billingEntityId} is gone`)
  const keepsZero =
    customer.finalizeZeroAmountInvoice === 'inherit'
      ? entity.finalizeZeroAmountInvoice
      : customer.finalizeZeroAmountInvoice === 'finalize'
  // One that lacks a fee says so, and is kept.
  const isSkipped = invoice.feesAmountCents === 0n && !keepsZero
  if (isSkipped && (await unbilledFeesOf(tx, [invoiceId])).length === 0) {
    await updateInvoice(tx, invoiceId, { status: 'closed', updatedAt: ts(caller.now) })
    context.log.debug({ invoiceId }, 'an invoice of zero was closed')
    return 'closed'
  }
  const sequence = await nextCustomerSequence(tx, customer.id, entity.id)
  const isPerEntity = entity.documentNumbering === 'per_billing_entity' && !invoice.selfBilled
  const entitySequence = isPerEntity ? await nextEntitySequence(tx, entity.id) : null
  const prefix = entity.documentNumberPrefix
  await updateInvoice(tx, invoiceId, {
    status: 'finalized',
    finalizedAt: ts(caller.now),
    sequentialId: sequence,
    entitySequentialId: entitySequence,
    number:
      entitySequence === null
        ? customerNumber(prefix, customer.sequentialId, sequence)
        : entityNumber(prefix, localDate(caller.now, entity.timezone), entitySequence),
    paymentStatus:
      invoice.invoiceType === 'advance_charges' ? 'succeeded' : unpaidStatus(invoice.totalAmountCents),
    updatedAt: ts(caller.now),
  })
  if (invoice.totalAmountCents > 0n && invoice.invoiceType !== 'advance_charges') {
    const dueAt = overdueAt(invoice.paymentDueDate, invoice.timezone)
    await scheduleItem(tx, caller.organizationId, { kind: 'invoice_overdue', subjectId: invoiceId, dueAt })
  }
  const announcement = ANNOUNCEMENT[invoice.invoiceType]
  if (announcement) await announceInvoice(tx, caller, invoiceId, announcement)
  return 'finalized'
}

/** Announces an invoice as it stands now, in full shape. */
export async function announceInvoice(
  tx: Tx,
  caller: Caller,
  invoiceId: string,
  type: WebhookType,
): Promise<void> {
  await announce(tx, caller, {
    type,
    objectType: 'invoice',
    objectId: invoiceId,
    payload: async () => {
      const [view] = await invoiceViews(tx, [invoiceId], caller.now)
      if (!view) throw new Error(`invoice ${invoiceId} is gone`)
      return toWireInvoice(view)
    },
  })
}
