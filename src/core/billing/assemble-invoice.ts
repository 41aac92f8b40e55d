import { parseCalendarDate } from '../calendar/calendar-date.ts'
import type { Instant } from '../calendar/instant.ts'
import { startOfDay } from '../calendar/zone.ts'
import type { FeeDraft } from '../invoicing/fee-draft.ts'
import { fittingFees } from '../invoicing/fitting-fees.ts'
import { overdueAt } from '../invoicing/overdue.ts'
import { unpaidStatus } from '../invoicing/payment-status.ts'
import { finalizedDates, type IssuingDates, issuingDates } from '../subscriptions/issuing-dates.ts'
import type {
  InvoiceHead,
  InvoiceOutcome,
  InvoicePlan,
  PlannedPeriod,
  ReachedThresholds,
  UninvoicedFees,
} from './bill-plan.ts'
import type { DraftFacts } from './bill-request.ts'
import { hasOwnTaxes, type ResolvedFee, resolveFeeTaxes } from './fee-taxes.ts'
import type { AvailableReductions } from './reductions/available.ts'
import type { CustomerFacts, TaxesByOwner } from './snapshot.ts'
import { type InvoiceTotals, taxedAlone, totalInvoice } from './totals.ts'

/** An invoice before taxes, reductions and totals. */
export type InvoiceLines = {
  readonly head: InvoiceHead
  readonly periods: readonly PlannedPeriod[]
  readonly fees: readonly FeeDraft[]
  /** Plan ids by subscription id, for the taxes of plans. */
  readonly planIds: ReadonlyMap<string, string>
  /** False for invoices that are never drafts: charges in advance and progressive invoices. */
  readonly hasGrace: boolean
  readonly draft: DraftFacts | null
  readonly reached: ReachedThresholds | null
  /** Whether it is open until it is paid, unless there is nothing to pay. */
  readonly awaitsPayment?: boolean
  /** The instant that dates it, where that is not the one being billed. */
  readonly datedAt?: Instant
}

/** Computes an invoice's reductions, taxes and totals, sets its dates and decides its status. */
export function assembleInvoice(
  lines: InvoiceLines,
  taxes: TaxesByOwner,
  available: AvailableReductions,
): InvoicePlan {
  const { head, periods, draft, reached } = lines
  const resolved = resolveFeeTaxes(lines.fees, head.customer, lines.planIds, taxes)
  const { fitting, excess } = fittingFees(resolved)
  const isKnown = (each: ResolvedFee) => hasOwnTaxes(each, head.customer, taxes)
  const awaitsTaxes = head.customer.awaitsTaxes && !staysDraft(lines) && !fitting.every(isKnown)
  const taxed = awaitsTaxes ? fitting.map((each) => (isKnown(each) ? each : { ...each, taxes: [] })) : fitting
  const usable = usableReductions(available, { isDraft: staysDraft(lines), awaitsTaxes })
  const totalled = totalInvoice(periods, taxed, usable)
  const dates = datesOf(lines)
  const unbilled = excess.map(({ fee }) => fee)
  return {
    ...head,
    replaces: draft?.invoiceId ?? null,
    dates,
    settings: head.customer.issuing,
    outcome: awaitsTaxes ? untaxedOutcome(lines) : outcomeOf(lines, dates, totalled.totals, unbilled),
    paymentStatus: unpaidStatus(totalled.totals.totalAmountCents),
    customSections: null,
    skipsPayment: false,
    paidCents: 0n,
    periods,
    fees: totalled.fees,
    attachedFeeIds: [],
    reductions: totalled.reductions,
    creditNotes: totalled.creditNotes,
    totals: totalled.totals,
    unbilled,
    reached,
  }
}

/** Coupons and notes of overbilled usage wait until the invoice is final, and other credits for its taxes as well. */
function usableReductions(
  { progressive, coupons, creditNotes, newNotes, wallets }: AvailableReductions,
  { isDraft, awaitsTaxes }: { readonly isDraft: boolean; readonly awaitsTaxes: boolean },
): AvailableReductions {
  return {
    progressive,
    ...(coupons && !isDraft ? { coupons } : {}),
    ...(newNotes && !isDraft ? { newNotes } : {}),
    ...(creditNotes && !isDraft && !awaitsTaxes ? { creditNotes } : {}),
    ...(wallets && !isDraft && !awaitsTaxes ? { wallets } : {}),
  }
}

/** Fees that are on no invoice yet. Each is taxed by itself; one that is too large is reported and left out. */
export function uninvoicedFees(
  fees: readonly FeeDraft[],
  owner: {
    readonly customer: CustomerFacts
    readonly billingEntityId: string
    readonly currency: string
    readonly createdAt: Instant
    readonly planIds: ReadonlyMap<string, string>
  },
  taxes: TaxesByOwner,
): UninvoicedFees {
  const { planIds, ...rest } = owner
  const fitted = resolveFeeTaxes(fees, owner.customer, planIds, taxes).map((each) => fittingFees([each]))
  const fitting: readonly ResolvedFee[] = fitted.flatMap((each) => each.fitting)
  return {
    ...rest,
    fees: fitting.map(taxedAlone),
    unbilled: fitted.flatMap(({ excess }) => excess.map(({ fee }) => fee)),
  }
}

function datesOf({ head, periods, hasGrace, draft, datedAt }: InvoiceLines): IssuingDates {
  const { customer, billingAt, zone } = head
  const isPeriodic = periods.some(({ reason }) => reason === 'subscription_periodic')
  const dates = issuingDates({ at: datedAt ?? billingAt, zone, isPeriodic, hasGrace }, customer.issuing)
  if (draft === null) return dates
  const issuingOn = parseCalendarDate(draft.issuingOn)
  const paymentDueOn = parseCalendarDate(draft.paymentDueOn)
  if (!issuingOn || !paymentDueOn) throw new Error(`draft ${draft.invoiceId} has no dates`)
  if (draft.finalizedAt === null) return { ...dates, issuingOn, paymentDueOn }
  const final = { at: draft.finalizedAt, zone: customer.zone, isPeriodic, hasGrace }
  return { ...dates, ...finalizedDates({ issuingOn }, final, customer.issuing) }
}

/** Whether the invoice is a draft afterwards. */
function staysDraft({ head, hasGrace, draft }: InvoiceLines): boolean {
  return draft === null ? hasGrace && head.customer.issuing.graceDays > 0 : draft.finalizedAt === null
}

function finalizedAtOf({ head, draft }: InvoiceLines): Instant {
  return draft?.finalizedAt ?? head.createdAt
}

function untaxedOutcome(lines: InvoiceLines): InvoiceOutcome {
  return lines.awaitsPayment === true
    ? { status: 'open', awaitsTaxes: true }
    : { status: 'pending', finalizedAt: finalizedAtOf(lines) }
}

function outcomeOf(
  lines: InvoiceLines,
  dates: IssuingDates,
  totals: InvoiceTotals,
  unbilled: readonly FeeDraft[],
): InvoiceOutcome {
  const { customer, billingEntity, zone } = lines.head
  if (staysDraft(lines)) {
    return { status: 'draft', finalizationAt: startOfDay(dates.expectedFinalizationOn, zone) }
  }
  const keepsZero =
    customer.zeroInvoices === 'inherit'
      ? billingEntity.keepsZeroInvoices
      : customer.zeroInvoices === 'finalize'
  // An invoice that reports an unbilled fee is kept.
  if (lines.awaitsPayment === true && totals.totalAmountCents > 0n) return { status: 'open' }
  if (totals.feesAmountCents === 0n && !keepsZero && unbilled.length === 0) return { status: 'closed' }
  return {
    status: 'finalized',
    finalizedAt: finalizedAtOf(lines),
    overdueAt: totals.totalAmountCents > 0n ? overdueAt(dates.paymentDueOn, zone) : null,
  }
}
