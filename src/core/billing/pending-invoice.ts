import type { Decimal } from '../amounts/decimal.ts'
import { parseCalendarDate } from '../calendar/calendar-date.ts'
import type { Instant } from '../calendar/instant.ts'
import type { TimeZone } from '../calendar/zone.ts'
import { overdueAt } from '../invoicing/overdue.ts'
import { belatedDates, type IssuingDates, type IssuingSettings } from '../subscriptions/issuing-dates.ts'
import { type FeeTaxes, type InvoiceTaxes, taxesOfFee, taxesOfInvoice } from '../taxes/apply.ts'
import type { Tax } from '../taxes/tax.ts'
import { resolveFeeTaxes, type TaxedItem } from './fee-taxes.ts'
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
  readonly totalAmountCents: bigint
  readonly dates: Pick<IssuingDates, 'issuingOn' | 'paymentDueOn'>
  readonly finalizedAt: Instant
  /** Null when nothing is to be paid. */
  readonly overdueAt: Instant | null
}

/** Adds the taxes that an invoice waited for, and makes it final at `at`. */
export function completeInvoice(
  invoice: PendingInvoice,
  customer: Pick<CustomerFacts, 'id' | 'billingEntityId'>,
  taxes: TaxesByOwner,
  at: Instant,
): CompletedInvoice {
  const { isPeriodic, zone } = invoice
  const taxable = resolveFeeTaxes(invoice.fees, customer, invoice.planIds, taxes).map((resolved) => ({
    ...resolved.fee,
    taxes: resolved.fee.knownTaxes ?? resolved.taxes,
  }))
  const subTotal = invoice.subTotalExcludingTaxesAmountCents
  const ofInvoice = taxesOfInvoice(taxable, subTotal)
  const totalAmountCents = subTotal + ofInvoice.taxesAmountCents
  const dates = belatedDates(datesOf(invoice), invoice.wantedAt, { at, zone, isPeriodic }, invoice.settings)
  return {
    id: invoice.id,
    fees: taxable
      .filter(({ knownTaxes }) => knownTaxes === null)
      .map((fee) => ({ id: fee.id, taxes: taxesOfFee(fee) })),
    taxes: ofInvoice,
    totalAmountCents,
    dates,
    finalizedAt: at,
    overdueAt: totalAmountCents > 0n ? overdueAt(dates.paymentDueOn, zone) : null,
  }
}

function datesOf(invoice: PendingInvoice): Pick<IssuingDates, 'issuingOn' | 'paymentDueOn'> {
  const issuingOn = parseCalendarDate(invoice.issuingOn)
  const paymentDueOn = parseCalendarDate(invoice.paymentDueOn)
  if (!issuingOn || !paymentDueOn) throw new Error(`invoice ${invoice.id} has no dates`)
  return { issuingOn, paymentDueOn }
}
