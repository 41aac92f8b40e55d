import type { BillPlan } from '../../core/billing/bill-plan.ts'
import { FeeOutOfRange } from '../../core/invoicing/fitting-fees.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Logs fees that are too large to be billed; they are stored with their bill, where `weir doctor` finds them. For the
 * fee of a single event it throws `FeeOutOfRange` instead, so that the event is deferred (docs/decisions/0009).
 */
export function refuseUnbilled(
  context: Context,
  { organizationId }: Caller,
  bills: readonly BillPlan[],
): void {
  const unbilled = bills.flatMap(({ documents }) =>
    documents.flatMap((each) => (each.kind === 'invoice' ? each.invoice.unbilled : each.fees.unbilled)),
  )
  for (const fee of unbilled) {
    if (fee.event !== null) throw new FeeOutOfRange(fee)
    const { subscriptionId, chargeId } = fee
    context.log.error(
      { err: new FeeOutOfRange(fee), organizationId, subscriptionId, chargeId },
      'a fee is too large and was left off its bill',
    )
  }
}
