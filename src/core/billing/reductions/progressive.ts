import { Decimal } from '../../amounts/decimal.ts'
import type { CreditNotePlan } from '../../credit-notes/credit-note-plan.ts'
import { progressiveNote } from '../../credit-notes/progressive-note.ts'
import { type FeeDraft, usageKey } from '../../invoicing/fee-draft.ts'
import {
  type ProgressiveCredit,
  progressiveCredit,
  progressiveFeeCredit,
} from '../../progressive-billing/credit.ts'
import type { RatedCharge } from '../../rating/charge.ts'
import type { AvailableProgressiveInvoice, NewNotes, ProgressiveInvoiceFacts } from './available.ts'
import type { Reduce, Reduction } from './reduction.ts'

/**
 * Credits what progressive invoices already billed, before taxes. For each subscription only the newest one in the
 * window counts, because it includes the earlier ones.
 */
export const reduceByProgressiveInvoices: Reduce = (invoice, available) => {
  let fees = invoice.fees
  const used: Reduction[] = []
  const notes: CreditNotePlan[] = []
  for (const { subscriptionId } of invoice.periods) {
    const offered = available.progressive.get(subscriptionId)
    if (!offered) continue
    const own = fees.filter((fee) => fee.subscriptionId === subscriptionId)
    const { creditCents, creditNoteCents, shares } = creditOf(own, offered)
    notes.push(...noteOf(offered.invoice, creditNoteCents - offered.carriedCents, available.newNotes))
    if (creditCents === 0n) continue
    used.push({
      kind: 'progressive_billing',
      sourceId: offered.invoice.invoiceId,
      isBeforeTaxes: true,
      amountCents: creditCents,
    })
    fees = fees.map((fee) => withShare(fee, shares.get(fee) ?? 0n))
  }
  const takenCents = used.reduce((sum, { amountCents }) => sum + amountCents, 0n)
  return {
    ...invoice,
    fees,
    creditNotes: [...invoice.creditNotes, ...notes],
    reductions: [...invoice.reductions, ...used],
    leftCents: invoice.leftCents - takenCents,
  }
}

function creditOf(
  fees: readonly FeeDraft[],
  { invoice, charges }: AvailableProgressiveInvoice,
): ProgressiveCredit & { readonly shares: ReadonlyMap<FeeDraft, bigint> } {
  const same = feesOf(fees, charges, ({ rootId }) => invoice.rootChargeIds.has(rootId))
  const carried = feesOf(
    fees,
    charges,
    ({ rootId, metric }) => !invoice.rootChargeIds.has(rootId) && invoice.carriedMetricIds.has(metric.id),
  )
  const billed = [...same.keys(), ...carried.keys()].reduce((sum, fee) => sum + fee.amountCents, 0n)
  const credit = progressiveCredit(invoice.amounts, billed)
  return {
    ...credit,
    shares: sharesOf(same, [...carried.keys()], invoice.feesByUsage, credit.creditCents),
  }
}

/** The credit note for what a progressive invoice billed too much. */
function noteOf(
  { invoiceId, credited }: ProgressiveInvoiceFacts,
  overbilledCents: bigint,
  newNotes: NewNotes | undefined,
): readonly CreditNotePlan[] {
  const content = newNotes && overbilledCents > 0n ? progressiveNote(credited, overbilledCents) : null
  if (!newNotes || !content) return []
  const note: CreditNotePlan = {
    ...newNotes,
    ...content,
    key: `progressive/${invoiceId}`,
    invoiceId,
    reason: 'other',
    cause: 'progressive_billing',
    description: null,
    metadata: null,
    status: credited.isFinal ? 'finalized' : 'draft',
    isVoided: false,
  }
  return [note]
}

/** The fees of the given charges, each with its charge. */
function feesOf(
  fees: readonly FeeDraft[],
  charges: readonly RatedCharge[],
  isMeant: (charge: RatedCharge) => boolean,
): ReadonlyMap<FeeDraft, RatedCharge> {
  const meant = new Map(charges.filter(isMeant).map((charge) => [charge.id, charge]))
  return new Map(
    fees.flatMap((fee) => {
      const charge = meant.get(fee.chargeId ?? '')
      return charge ? [[fee, charge] as const] : []
    }),
  )
}

/**
 * The part of each fee that was already billed: the amount of the progressive fee for the same usage. Usage that an
 * upgrade carried into another plan, at another price, gets whatever is left of the credit.
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
  if (fee.trueUpParentKey !== null) return 0n
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
