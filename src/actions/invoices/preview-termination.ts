import { notFound } from '../../core/refusal.ts'
import type { TerminationOptions } from '../../core/subscriptions/subscription-input.ts'
import { readCustomer } from '../../store/customers.ts'
import { findSubscription } from '../../store/subscriptions.ts'
import type { Caller, Context } from '../context.ts'
import { type EndCredit, endCredit } from '../credit-notes/credit-early-end.ts'
import { type Previewed, previewOf } from './preview-invoice.ts'

/** What a termination makes: its last invoice, and the credit note for what was paid and not used. */
export type TerminationPreview = {
  /** Null when none is asked for. */
  readonly invoice: Previewed['shown'] | null
  /** Null when nothing is given back. */
  readonly credit: EndCredit | null
}

/**
 * What terminating an active subscription now would make, by the same core that makes it
 * (docs/rules/subscriptions.md#end). Nothing is written. Options that are not given are those of the subscription. 404
 * when there is no such active subscription.
 */
export async function previewTermination(
  context: Context,
  caller: Caller,
  externalId: string,
  options: TerminationOptions,
): Promise<TerminationPreview> {
  return context.database.readUsage(caller, async (reads) => {
    const row = await findSubscription(reads, externalId, ['active'])
    if (!row) throw notFound('subscription')
    const customer = await readCustomer(reads, row.customerId)
    const creditNote = options.creditNote ?? row.onTerminationCreditNote
    const asked = {
      externalCustomerId: customer.externalId,
      customer: {},
      billingEntityCode: null,
      coupons: [],
      mode: { kind: 'termination', externalId, at: caller.now, creditNote },
    } as const
    const { shown } = await previewOf(reads, asked, caller)
    const [ended] = shown.subscriptions
    if (!ended) throw new Error(`the termination of ${row.id} has no subscription`)
    const credit = await endCredit(reads, ended, shown.customer.facts.zone, creditNote)
    const hasInvoice = (options.invoice ?? row.onTerminationInvoice) === 'generate'
    return { invoice: hasInvoice ? shown : null, credit }
  })
}
