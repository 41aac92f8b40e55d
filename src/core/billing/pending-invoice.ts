import { Decimal } from '../amounts/decimal.ts'
import { parseCalendarDate } from '../calendar/calendar-date.ts'
import type { Instant } from '../calendar/instant.ts'
import type { TimeZone } from '../calendar/zone.ts'
import { overdueAt } from '../invoicing/overdue.ts'
import { belatedDates, type IssuingDates, type IssuingSettings } from '../subscriptions/issuing-dates.ts'
import { type FeeTaxes, type InvoiceTaxes, taxesOfFee, taxesOfInvoice } from '../taxes/apply.ts'
import type { Tax } from '../taxes/tax.ts'
import { type SpendableWallet, type Spending, spendWallets } from '../wallets/spend.ts'
import type { PayableKey } from '../wallets/wallet.ts'
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
  /** What decides which wallets may pay it. */
  readonly payable: PayableKey
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
  /** What wallets paid. */
  readonly spendings: readonly Spending[]
  readonly prepaidCreditAmountCents: bigint
  readonly totalAmountCents: bigint
  readonly dates: Pick<IssuingDates, 'issuingOn' | 'paymentDueOn'>
  readonly finalizedAt: Instant
  /** Null when nothing is to be paid. */
  readonly overdueAt: Instant | null
}

/**
 * Adds the taxes that an invoice waited for, takes the credit notes and prepaid credits of its customer off, and makes
 * it final at `at`.
 *
 * @param credits what its customer has, the notes oldest first
 */
export function completeInvoice(
  invoice: PendingInvoice,
  customer: Pick<CustomerFacts, 'id' | 'billingEntityId'>,
  taxes: TaxesByOwner,
  at: Instant,
  credits: { readonly notes: readonly CreditNoteFacts[]; readonly wallets: readonly SpendableWallet[] },
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
  const { notes, wallets } = invoice.invoiceType === 'one_off' ? { notes: [], wallets: [] } : credits
  const credited = takeNotes(
    {
      fees: invoice.invoiceType === 'one_off' ? [] : taxed.map(creditedFeeOf),
      taxesByFee: new Map(taxed.map(({ id, feeTaxes }) => [id, feeTaxes.taxesPreciseAmountCents])),
      reductions: [],
      leftCents: withTaxes,
    },
    { notes, currency: invoice.currency },
  )
  const shares = new Map(credited.fees.map((fee) => [fee.key, fee.preciseCreditNotesAmountCents]))
  const spendings = spendWallets(wallets, {
    currency: invoice.currency,
    totalCents: credited.leftCents,
    fees: taxed.map((fee) => ({
      ...fee.payable,
      capCents: capOf(fee, fee.feeTaxes).minus(shares.get(fee.id) ?? Decimal.zero),
    })),
  })
  const prepaidCreditAmountCents = spendings.reduce((sum, { amountCents }) => sum + amountCents, 0n)
  const totalAmountCents = credited.leftCents - prepaidCreditAmountCents
  const dates = belatedDates(datesOf(invoice), invoice.wantedAt, { at, zone, isPeriodic }, invoice.settings)
  return {
    id: invoice.id,
    fees: taxed
      .filter(({ knownTaxes }) => knownTaxes === null)
      .map(({ id, feeTaxes }) => ({ id, taxes: feeTaxes })),
    taxes: ofInvoice,
    creditNotes: credited.reductions,
    creditNotesAmountCents: withTaxes - credited.leftCents,
    creditNoteShares: credited.fees.map(({ key, preciseCreditNotesAmountCents }) => ({
      id: key,
      cents: preciseCreditNotesAmountCents,
    })),
    spendings,
    prepaidCreditAmountCents,
    totalAmountCents,
    dates,
    finalizedAt: at,
    overdueAt: totalAmountCents > 0n ? overdueAt(dates.paymentDueOn, zone) : null,
  }
}

/** What a fee comes to with unrounded taxes; nothing when only taxes are left of it. */
function capOf({ amountCents, preciseReductionCents }: PendingFee, taxes: FeeTaxes): Decimal {
  const base = Decimal.of(amountCents).minus(preciseReductionCents)
  return base.isZero() ? Decimal.zero : base.plus(taxes.taxesPreciseAmountCents)
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
