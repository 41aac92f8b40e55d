import { addMs } from '../../core/calendar/instant.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { lockInvoices } from '../../store/invoices.ts'
import { enqueuePayment } from '../../store/payment-jobs.ts'
import { findPaymentRequest, invoiceIdsOfRequest } from '../../store/payment-requests.ts'
import type { BatchAction, DueAction } from '../due/due-action.ts'
import { queueMails } from '../mails/queue-mails.ts'
import { wakeGate } from '../subscriptions/settle-gate.ts'
import { beginCharge } from './begin-charge.ts'

/**
 * Due work: charges invoices that became final, or are open until they are paid. A run of bills makes many at once,
 * which share a transaction; what they read is sent to the database together, customer by customer.
 */
export const chargeInvoices: BatchAction = {
  kind: 'invoice_charge',
  itemsMax: 100,
  act: async (_context, tx, caller, items) => {
    const ids = items.map(({ subjectId }) => subjectId)
    const invoices = new Map((await lockInvoices(tx, ids)).map((invoice) => [invoice.id, invoice]))
    let failure: unknown
    const begin = async (customerId: string) => {
      for (const { subjectId: invoiceId } of items.filter((item) => item.customerId === customerId)) {
        const invoice = invoices.get(invoiceId)
        if (!invoice) throw new Error(`no invoice ${invoiceId}`)
        const asked = { customerId, payable: { invoiceId }, invoices: [invoice], isAskedFor: false } as const
        const begun = await beginCharge(tx, caller, asked)
        // The time of a subscription that waits for it may have been over before it was known that nothing can be charged.
        if (begun.kind === 'not_begun' && invoice.status === 'open') await wakeGate(tx, caller, invoiceId)
      }
    }
    const customerIds = new Set(items.map(({ customerId }) => customerId))
    // All of them end before the transaction does, also when one fails; the first failure is the cause of the others.
    const noted = (error: unknown) => {
      failure ??= error
    }
    await Promise.all([...customerIds].map((customerId) => begin(customerId).catch(noted)))
    if (failure !== undefined) throw failure
  },
}

const UNDER_WAY_PAUSE_MS = 10 * 60_000

/** Due work: charges what a payment request asks for, or reminds the customer who cannot be charged. */
export const chargeRequest: DueAction = async (_context, tx, caller, paymentRequestId) => {
  const request = await findPaymentRequest(tx, paymentRequestId)
  if (!request || request.paymentStatus === 'succeeded') return
  const { customerId } = request
  const invoices = await lockInvoices(tx, await invoiceIdsOfRequest(tx, paymentRequestId))
  const asked = { customerId, payable: { paymentRequestId }, invoices, isAskedFor: false } as const
  const begun = await beginCharge(tx, caller, asked)
  if (begun.kind === 'begun' || begun.why === 'nothing_due') return
  if (begun.why !== 'under_way') return queueMails(tx, caller, 'payment_request', [paymentRequestId])
  // One of its invoices is being charged; what is left of the request is charged after that.
  const dueAt = addMs(caller.now, UNDER_WAY_PAUSE_MS)
  await scheduleItem(tx, caller.organizationId, {
    kind: 'request_charge',
    subjectId: paymentRequestId,
    dueAt,
  })
}

/** Due work: has a payment sent, or looked at. The provider is asked after the commit. */
export const attendPayment: DueAction = async (_context, tx, caller, paymentId) => {
  await enqueuePayment(tx, { organizationId: caller.organizationId, paymentId })
}
