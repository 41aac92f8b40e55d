import { Decimal } from '../../core/amounts/decimal.ts'
import { type FeeDraft, usageKey } from '../../core/invoicing/fee-draft.ts'
import { progressiveCredit, progressiveFeeCredit } from '../../core/progressive-billing/credit.ts'
import type { Reads } from '../../store/database.ts'
import { latestProgressiveInvoice } from '../../store/progressive-invoices.ts'
import type { Bill } from './bill.ts'

/** What one progressive invoice takes off a bill, in cents. */
export type ProgressiveCreditLine = { readonly progressiveInvoiceId: string; readonly amountCents: bigint }

/**
 * The credits that a bill takes for usage that progressive invoices billed already, and its fees with their shares
 * (metering-and-rating §6.4): for each subscription only the newest progressive invoice of the window counts.
 */
export async function creditProgressiveInvoices(
  reads: Reads,
  bill: Bill,
  exceptInvoiceId: string | null,
): Promise<{ fees: readonly FeeDraft[]; credits: readonly ProgressiveCreditLine[] }> {
  let fees = bill.fees
  const credits: ProgressiveCreditLine[] = []
  for (const link of bill.links) {
    const from = link.windows?.charges?.from
    if (from === undefined || link.reason === 'in_advance_charge') continue
    const latest = await latestProgressiveInvoice(
      reads,
      link.subscription.row.externalId,
      from,
      exceptInvoiceId,
    )
    if (!latest) continue
    const onSameCharges = fees.filter(
      (fee) =>
        fee.feeType === 'charge' &&
        fee.subscriptionId === link.subscription.row.id &&
        fee.chargeId !== null &&
        latest.chargeIds.has(fee.chargeId),
    )
    const charges = onSameCharges.reduce((sum, fee) => sum + fee.amountCents, 0n)
    const { creditCents } = progressiveCredit(latest.amounts, charges)
    if (creditCents > 0n) {
      credits.push({ progressiveInvoiceId: latest.invoiceId, amountCents: creditCents })
      fees = fees.map((fee) => (onSameCharges.includes(fee) ? withShare(fee, latest.feesByUsage) : fee))
    }
  }
  return { fees, credits }
}

function withShare(fee: FeeDraft, progressiveFees: ReadonlyMap<string, bigint>): FeeDraft {
  const billed = fee.trueUpParentFeeId === null ? (progressiveFees.get(usageKey(fee)) ?? 0n) : 0n
  const share = Decimal.of(progressiveFeeCredit(billed, fee.amountCents))
  return { ...fee, preciseCouponsAmountCents: fee.preciseCouponsAmountCents.plus(share) }
}
