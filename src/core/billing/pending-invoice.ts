import { Decimal } from '../amounts/decimal.ts'
import { parseCalendarDate } from '../calendar/calendar-date.ts'
import type { Instant } from '../calendar/instant.ts'
import type { TimeZone } from '../calendar/zone.ts'
import { overdueAt } from '../invoicing/overdue.ts'
import { belatedDates, type IssuingDates, type IssuingSettings } from '../subscriptions/issuing-dates.ts'
import { type FeeTaxes, type InvoiceTaxes, taxesOfFee, taxesOfInvoice } from '../taxes/apply.ts'
import type { Tax } from '../taxes/tax.ts'
import { resolveFeeTaxes, type TaxedItem } from './fee-taxes.ts'
import type { CreditNoteFacts } from './reductions/credit-note-facts.ts'
import { type CreditedFee, takeNotes } from './reductions/credit-notes.ts'
import type { Reduction } from './reductions/reduction.ts'
import type { CustomerFacts, TaxesByOwner } from './snapshot.ts'

/** A fee of an invoice that waits for taxes. */
export type PendingFee = TaxedItem & {
  readonly id: string
  readonly amountCents: bigint
  readonly preciseAmountCents: Decimal
  readonly preciseReductionCents: Decimal
  /** Its taxes where they do not depend on the customer; null where they are not known yet. */
  readonly knownTaxes: readonly Tax[] | null
}

/** An invoice that waits for taxes: everything else is computed. */
export type PendingInvoice = {
  readonly id: string
  readonly invoiceType: string
  readonly currency: string
  readonly fees: readonly PendingFee[]
  /** Plan ids by subscription id. */
  readonly planIds: ReadonlyMap<string, string>
  readonly subTotalExcludingTaxesAmountCents: bigint
  readonly isPeriodic: boolean
  readonly zone: TimeZone
  readonly issuingOn: string
  readonly paymentDueOn: string
  readonly settings: IssuingSettings
  /** When it was to be final. */
  readonly wantedAt: Instant
}

/** What an invoice gets when it becomes final: its taxes, its total and its dates. */
export type CompletedInvoice = {
  readonly id: string
  /** The fees whose taxes were not known. */
  readonly fees: readonly { readonly id: string; readonly taxes: FeeTaxes }[]
  readonly taxes: InvoiceTaxes
  /** What credit notes took off, and each fee's share of it with 5 decimals. */
  readonly creditNotes: readonly Reduction[]
  readonly creditNotesAmountCents: bigint
  readonly creditNoteShares: readonly { readonly id: string; readonly cents: Decimal }[]
  readonly totalAmountCents: bigint
  readonly dates: Pick<IssuingDates, 'issuingOn' | 'paymentDueOn'>
  readonly finalizedAt: Instant
  /** Null when nothing is to be paid. */
  readonly overdueAt: Instant | null
}

/**
 * Adds the taxes that an invoice waited for, takes the credit notes of its customer off, and makes it final at `at`.
 *
 * @param notes oldest first
 */
export function completeInvoice(
  invoice: PendingInvoice,
  customer: Pick<CustomerFacts, 'id' | 'billingEntityId'>,
  taxes: TaxesByOwner,
  at: Instant,
  notes: readonly CreditNoteFacts[],
): CompletedInvoice {
  const { isPeriodic, zone } = invoice
  const taxable = resolveFeeTaxes(invoice.fees, customer, invoice.planIds, taxes).map((resolved) => ({
    ...resolved.fee,
    taxes: resolved.fee.knownTaxes ?? resolved.taxes,
  }))
  const subTotal = invoice.subTotalExcludingTaxesAmountCents
  const ofInvoice = taxesOfInvoice(taxable, subTotal)
  const withTaxes = subTotal + ofInvoice.taxesAmountCents
  const taxed = taxable.map((fee) => ({ ...fee, feeTaxes: taxesOfFee(fee) }))
  const credited = takeNotes(
    {
      fees: invoice.invoiceType === 'one_off' ? [] : taxed.map(creditedFeeOf),
      taxesByFee: new Map(taxed.map(({ id, feeTaxes }) => [id, feeTaxes.taxesPreciseAmountCents])),
      reductions: [],
      leftCents: withTaxes,
    },
    { notes: invoice.invoiceType === 'one_off' ? [] : notes, currency: invoice.currency },
  )
  const totalAmountCents = credited.leftCents
  const dates = belatedDates(datesOf(invoice), invoice.wantedAt, { at, zone, isPeriodic }, invoice.settings)
  return {
    id: invoice.id,
    fees: taxed
      .filter(({ knownTaxes }) => knownTaxes === null)
      .map(({ id, feeTaxes }) => ({ id, taxes: feeTaxes })),
    taxes: ofInvoice,
    creditNotes: credited.reductions,
    creditNotesAmountCents: withTaxes - totalAmountCents,
    creditNoteShares: credited.fees.map(({ key, preciseCreditNotesAmountCents }) => ({
      id: key,
      cents: preciseCreditNotesAmountCents,
    })),
    totalAmountCents,
    dates,
    finalizedAt: at,
    overdueAt: totalAmountCents > 0n ? overdueAt(dates.paymentDueOn, zone) : null,
  }
}

function creditedFeeOf({ id, amountCents, preciseReductionCents }: PendingFee): CreditedFee {
  return {
    key: id,
    amountCents,
    preciseProgressiveCreditCents: Decimal.zero,
    preciseCouponsAmountCents: preciseReductionCents,
    preciseCreditNotesAmountCents: Decimal.zero,
  }
}

function datesOf(invoice: PendingInvoice): Pick<IssuingDates, 'issuingOn' | 'paymentDueOn'> {
  const issuingOn = parseCalendarDate(invoice.issuingOn)
  const paymentDueOn = parseCalendarDate(invoice.paymentDueOn)
  if (!issuingOn || !paymentDueOn) throw new Error(`invoice ${invoice.id} has no dates`)
  return { issuingOn, paymentDueOn }
}
