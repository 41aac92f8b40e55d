import { exponentOf } from '../../core/amounts/currency.ts'
import type { FeeDraft } from '../../core/invoicing/fee-draft.ts'
import { fittingFees } from '../../core/invoicing/fitting-fees.ts'
import { taxesOfFee } from '../../core/taxes/apply.ts'
import type { BillingSnapshot } from '../../store/billing-snapshot.ts'
import type { Tx } from '../../store/database.ts'
import { insertFees } from '../../store/fee-writes.ts'
import { feeViews } from '../../store/fees.ts'
import { toWireFee } from '../../wire/fees.ts'
import type { Caller, Context } from '../context.ts'
import { announce } from '../webhooks/announce.ts'
import { keepUnbilled } from './keep-unbilled.ts'
import { resolveFeeTaxes } from './resolve-fee-taxes.ts'

/** Fees that no invoice carries, for one customer. */
export type FeesApart = {
  readonly snapshot: BillingSnapshot
  readonly group: { readonly currency: string; readonly billingEntityId: string }
  readonly fees: readonly FeeDraft[]
}

/**
 * Writes fees without an invoice, taxed at once and announced (metering-and-rating §3.12 `invoiceable: false`). The
 * client tells of their payment later. Those that are too large are named and left out (see `keepUnbilled`).
 */
export async function writeFeesApart(
  context: Context,
  tx: Tx,
  caller: Caller,
  { snapshot, group, fees }: FeesApart,
): Promise<void> {
  if (fees.length === 0) return
  const resolved = await resolveFeeTaxes(tx, snapshot, fees)
  // Each of them stands for itself.
  const parted = resolved.map((each) => fittingFees([each]))
  const place = { invoiceId: null, currency: group.currency }
  await keepUnbilled(
    context,
    tx,
    caller,
    place,
    parted.flatMap(({ excess }) => excess),
  )
  const written = parted.flatMap(({ fitting }) => fitting)
  await insertFees(
    tx,
    {
      organizationId: caller.organizationId,
      customerId: snapshot.customer.id,
      billingEntityId: group.billingEntityId,
      invoiceId: null,
      currency: group.currency,
      exponent: exponentOf(group.currency),
      selfBilled: snapshot.customer.accountType === 'partner',
      now: caller.now,
    },
    written.map(({ fee, taxes }) => ({ fee, taxes: taxesOfFee({ ...fee, taxes }) })),
  )
  for (const { fee } of written) {
    await announce(tx, caller, {
      type: 'fee.created',
      objectType: 'fee',
      objectId: fee.id,
      payload: async () => {
        const [view] = await feeViews(tx, { feeIds: [fee.id] })
        if (!view) throw new Error(`fee ${fee.id} is gone`)
        return toWireFee(view)
      },
    })
  }
}
