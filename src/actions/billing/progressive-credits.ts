import { Decimal } from '../../core/amounts/decimal.ts'
import { type FeeDraft, usageKey } from '../../core/invoicing/fee-draft.ts'
import { progressiveCredit, progressiveFeeCredit } from '../../core/progressive-billing/credit.ts'
import type { RatedCharge } from '../../core/rating/charge.ts'
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
    const window = link.windows?.charges
    if (!window || link.reason === 'in_advance_charge') continue
    const { row, charges: ownCharges } = link.subscription
    const latest = await latestProgressiveInvoice(reads, row, window, exceptInvoiceId)
    if (!latest) continue
    const billedCharges = ownCharges.filter((charge) => latest.rootChargeIds.has(charge.rootId))
    const chargeOf = (fee: FeeDraft): RatedCharge | undefined =>
      fee.subscriptionId === row.id ? billedCharges.find(({ id }) => id === fee.chargeId) : undefined
    const onSameCharges = fees.filter((fee) => chargeOf(fee) !== undefined)
    const charges = onSameCharges.reduce((sum, fee) => sum + fee.amountCents, 0n)
    const { creditCents } = progressiveCredit(latest.amounts, charges)
    if (creditCents > 0n) {
      credits.push({ progressiveInvoiceId: latest.invoiceId, amountCents: creditCents })
      fees = fees.map((fee) => {
        const charge = chargeOf(fee)
        return charge ? withShare(fee, charge, latest.feesByUsage) : fee
      })
    }
  }
  return { fees, credits }
}

function withShare(
  fee: FeeDraft,
  charge: RatedCharge,
  progressiveFees: ReadonlyMap<string, bigint>,
): FeeDraft {
  const filterValues = charge.filters.find(({ id }) => id === fee.chargeFilterId)?.values ?? null
  const key = usageKey({ rootChargeId: charge.rootId, filterValues, groupedBy: fee.groupedBy })
  const billed = fee.trueUpParentFeeId === null ? (progressiveFees.get(key) ?? 0n) : 0n
  const share = Decimal.of(progressiveFeeCredit(billed, fee.amountCents))
  return { ...fee, preciseCouponsAmountCents: fee.preciseCouponsAmountCents.plus(share) }
}
