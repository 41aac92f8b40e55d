import type { Context } from '../actions/context.ts'
import { detachMethod } from '../actions/payment-methods/detach-method.ts'
import { lookForMethods } from '../actions/payment-methods/look-for-methods.ts'
import { probeProvider } from '../actions/payment-providers/probe-provider.ts'
import { repairInbox } from '../actions/payment-providers/register-inbox.ts'
import { syncCustomer } from '../actions/payment-providers/sync-customer.ts'
import { advancePayment } from '../actions/payments/advance-payment.ts'
import { lookAtOpenPage } from '../actions/payments/attend-page.ts'
import { cancelPayment } from '../actions/payments/cancel-payment.ts'
import { closePageLater } from '../actions/payments/close-page.ts'
import { describePayment } from '../actions/payments/describe-payment.ts'
import { handleMessage } from '../actions/provider-messages/handle-message.ts'
import { dropOldMessages, sweepAll, sweepMessages } from '../actions/provider-messages/sweep-messages.ts'
import { advanceRefund } from '../actions/refunds/advance-refund.ts'
import type { Job, JobRun } from './job.ts'

type OneThing = (
  context: Context,
  about: { readonly organizationId: string; readonly id: string },
  run: JobRun,
) => Promise<unknown>

/** A job about one thing of an organization, which the payload names under a key. */
function about(key: string, act: OneThing): Job {
  return async (context, payload, run) => {
    const { organizationId, [key]: id } = payload
    if (typeof organizationId !== 'string' || typeof id !== 'string') {
      throw new Error(`a job without its ${key}: ${JSON.stringify(payload)}`)
    }
    await act(context, { organizationId, id }, run)
  }
}

/** The jobs that talk with payment providers, by name. */
export const paymentTasks: Readonly<Record<string, Job>> = {
  advance_payment: about('paymentId', (context, { organizationId, id }) =>
    advancePayment(context, { organizationId, paymentId: id }),
  ),
  cancel_payment: about('paymentId', (context, { organizationId, id }) =>
    cancelPayment(context, organizationId, id),
  ),
  describe_payment: about('paymentId', (context, { organizationId, id }) =>
    describePayment(context, organizationId, id),
  ),
  advance_refund: about('refundId', (context, { organizationId, id }) =>
    advanceRefund(context, { organizationId, refundId: id }),
  ),
  close_payment_page: about('pageId', (context, { organizationId, id }) =>
    closePageLater(context, organizationId, id),
  ),
  look_at_payment_page: about('pageId', (context, { organizationId, id }) =>
    lookAtOpenPage(context, organizationId, id),
  ),
  sync_provider_customer: about('linkId', (context, { organizationId, id }, { attempt }) =>
    syncCustomer(context, { organizationId, linkId: id, attempt }),
  ),
  detach_payment_method: about('methodId', (context, { organizationId, id }) =>
    detachMethod(context, organizationId, id),
  ),
  handle_provider_message: about('messageId', (context, { organizationId, id }, { attempt }) =>
    handleMessage(context, { organizationId, messageId: id, attempt }),
  ),
  look_for_methods: about('linkId', (context, { organizationId, id }) =>
    lookForMethods(context, organizationId, id),
  ),
  probe_payment_provider: about('providerId', (context, { organizationId, id }) =>
    probeProvider(context, organizationId, id),
  ),
  register_provider_inbox: about('providerId', (context, { organizationId, id }) =>
    repairInbox(context, organizationId, id),
  ),
  sweep_provider_messages: about('providerId', (context, { organizationId, id }) =>
    sweepMessages(context, organizationId, id),
  ),
  sweep_providers: (context) => sweepAll(context),
  drop_old_provider_messages: (context) => dropOldMessages(context),
}
