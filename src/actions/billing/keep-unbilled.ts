import type { FeeDraft } from '../../core/invoicing/fee-draft.ts'
import { FeeOutOfRange } from '../../core/invoicing/fitting-fees.ts'
import type { Tx } from '../../store/database.ts'
import { insertUnbilledFees } from '../../store/unbilled-fees.ts'
import type { Caller, Context } from '../context.ts'

/** Where the fees would have stood; null when no invoice would have carried them. */
type Place = { readonly invoiceId: string | null; readonly currency: string }

/**
 * Names fees that are too large to be billed: in the log, on their invoice and for `weir doctor`. The fee of a single
 * event is refused with `FeeOutOfRange` instead: whoever prices events defers it (docs/decisions/0009).
 */
export async function keepUnbilled(
  context: Context,
  tx: Tx,
  caller: Caller,
  place: Place,
  excess: readonly { readonly fee: FeeDraft }[],
): Promise<void> {
  const { organizationId, now } = caller
  for (const { fee } of excess) {
    if (fee.event !== null) throw new FeeOutOfRange(fee)
    const { subscriptionId, chargeId } = fee
    context.log.error(
      { err: new FeeOutOfRange(fee), organizationId, subscriptionId, chargeId, invoiceId: place.invoiceId },
      'a fee is too large and was left off its bill',
    )
  }
  await insertUnbilledFees(
    tx,
    { organizationId, ...place, now },
    excess.map(({ fee }) => fee),
  )
}
