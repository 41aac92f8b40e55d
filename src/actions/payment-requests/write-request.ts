import { requestOf } from '../../core/payments/request-input.ts'
import { accepted } from '../../core/refusal.ts'
import type { CustomerRow } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { newId } from '../../store/ids.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import { stamps } from '../../store/organizations.ts'
import { findDefaultLink } from '../../store/payment-provider-customers.ts'
import {
  findPaymentRequest,
  insertPaymentRequest,
  paymentRequestViews,
} from '../../store/payment-requests.ts'
import { toWirePaymentRequest } from '../../wire/payment-requests.ts'
import type { Caller } from '../context.ts'
import { queueMails } from '../mails/queue-mails.ts'
import { announce } from '../webhooks/announce.ts'

/**
 * Writes and announces a payment request for overdue invoices of one customer, which the caller has locked, and queues
 * its charge where the customer is linked to a payment provider. Returns its id. 404 and 405 as `requestOf` says.
 */
export async function writePaymentRequest(
  tx: Tx,
  caller: Caller,
  customer: CustomerRow,
  asked: {
    readonly invoices: readonly InvoiceRow[]
    /** Whether a charge of one of them is under way, which refuses the request. */
    readonly isUnderWay: boolean
    readonly email: string | null
    /** The campaign that asks; null when somebody does. */
    readonly dunningCampaignId: string | null
  },
): Promise<string> {
  const { amountCents, currency } = accepted(requestOf(asked.invoices, asked.isUnderWay))
  const id = newId()
  await insertPaymentRequest(
    tx,
    {
      organizationId: caller.organizationId,
      id,
      customerId: customer.id,
      email: asked.email ?? customer.email,
      amountCents,
      amountCurrency: currency,
      paymentStatus: 'pending',
      dunningCampaignId: asked.dunningCampaignId,
      ...stamps(caller.now),
    },
    asked.invoices.map((invoice) => invoice.id),
  )
  await announcePaymentRequest(tx, caller, id, 'payment_request.created')
  // A payment provider is asked first; its failure is what the customer is told of.
  if (await findDefaultLink(tx, customer.id)) {
    const item = { kind: 'request_charge', subjectId: id, dueAt: caller.now } as const
    await scheduleItem(tx, caller.organizationId, item)
  } else await queueMails(tx, caller, 'payment_request', [id])
  return id
}

/** Sends a webhook with a payment request as it is now. */
export async function announcePaymentRequest(
  tx: Tx,
  caller: Caller,
  id: string,
  type: 'payment_request.created' | 'payment_request.payment_status_updated',
): Promise<void> {
  await announce(tx, caller, {
    type,
    objectType: 'payment_request',
    objectId: id,
    payload: async () => {
      const row = await findPaymentRequest(tx, id)
      const [view] = row ? await paymentRequestViews(tx, [row]) : []
      if (!view) throw new Error(`payment request ${id} is gone`)
      return toWirePaymentRequest(view, caller.dashboardUrl)
    },
  })
}
