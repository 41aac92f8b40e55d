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
    const own = fees.filter((fee) => fee.subscriptionId === row.id)
    const same = feesOf(own, ownCharges, (charge) => latest.rootChargeIds.has(charge.rootId))
    const carried = feesOf(
      own,
      ownCharges,
      ({ rootId, metric }) => !latest.rootChargeIds.has(rootId) && latest.carriedMetricIds.has(metric.id),
    )
    const charges = [...same.keys(), ...carried.keys()].reduce((sum, fee) => sum + fee.amountCents, 0n)
    const { creditCents } = progressiveCredit(latest.amounts, charges)
    if (creditCents > 0n) {
      credits.push({ progressiveInvoiceId: latest.invoiceId, amountCents: creditCents })
      const shares = sharesOf(same, [...carried.keys()], latest.feesByUsage, creditCents)
      fees = fees.map((fee) => withShare(fee, shares.get(fee) ?? 0n))
    }
  }
  return { fees, credits }
}

/** The fees of some charges, each with its charge. */
function feesOf(
  fees: readonly FeeDraft[],
  charges: readonly RatedCharge[],
  isMeant: (charge: RatedCharge) => boolean,
): ReadonlyMap<FeeDraft, RatedCharge> {
  const meant = new Map(charges.filter(isMeant).map((charge) => [charge.id, charge]))
  return new Map(
    fees.flatMap((fee) => {
      const charge = meant.get(fee.chargeId ?? '')
      return charge ? [[fee, charge]] : []
    }),
  )
}

/**
 * What each fee was billed of already: as much as the fee of the same usage; of what an upgrade carried into another
 * plan, at another price, as much as is left of the credit.
 */
function sharesOf(
  same: ReadonlyMap<FeeDraft, RatedCharge>,
  carried: readonly FeeDraft[],
  progressiveFees: ReadonlyMap<string, bigint>,
  creditCents: bigint,
): ReadonlyMap<FeeDraft, bigint> {
  const shares = new Map([...same].map(([fee, charge]) => [fee, billedOf(fee, charge, progressiveFees)]))
  let left = [...shares.values()].reduce((rest, share) => rest - share, creditCents)
  for (const fee of carried) {
    const share = left > 0n ? progressiveFeeCredit(left, fee.amountCents) : 0n
    shares.set(fee, share)
    left -= share
  }
  return shares
}

function billedOf(fee: FeeDraft, charge: RatedCharge, progressiveFees: ReadonlyMap<string, bigint>): bigint {
  if (fee.trueUpParentFeeId !== null) return 0n
  const filterValues = charge.filters.find(({ id }) => id === fee.chargeFilterId)?.values ?? null
  const key = usageKey({ rootChargeId: charge.rootId, filterValues, groupedBy: fee.groupedBy })
  return progressiveFeeCredit(progressiveFees.get(key) ?? 0n, fee.amountCents)
}

function withShare(fee: FeeDraft, share: bigint): FeeDraft {
  return {
    ...fee,
    preciseProgressiveCreditCents: fee.preciseProgressiveCreditCents.plus(Decimal.of(share)),
  }
}
