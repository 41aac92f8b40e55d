import { exponentOf } from '../amounts/currency.ts'
import type { Decimal } from '../amounts/decimal.ts'
import type { Instant } from '../calendar/instant.ts'
import type { TimeZone } from '../calendar/zone.ts'
import type { CustomSection } from '../invoice-custom-sections/invoice-sections.ts'
import { changedFee, type FeeAmounts, type FeeChange, multiplied } from '../invoicing/adjusted-fee.ts'
import type { FeeDraft } from '../invoicing/fee-draft.ts'
import { type Outcome, outcome, refused, refusedFields } from '../problems.ts'
import type { Tax } from '../taxes/tax.ts'
import { assembleInvoice } from './assemble-invoice.ts'
import type { InvoiceHead, InvoicePlan, InvoiceType, PlannedPeriod, ReachedThresholds } from './bill-plan.ts'
import type { AvailableReductions } from './reductions/available.ts'
import type { TaxesByOwner } from './snapshot.ts'

/** A fee of a voided invoice as a new invoice would repeat it. */
export type VoidedFee = {
  readonly id: string
  /** With its own id as the key, and without reductions. */
  readonly fee: FeeDraft
  /** Prices some units; null when the price of one has to be given. */
  readonly priceUnits: ((units: Decimal) => FeeAmounts) | null
  /** The taxes that a line of a one-off invoice has had; empty for other fees. */
  readonly lineTaxes: readonly Tax[]
}

/** A voided invoice, with what an invoice that replaces it takes over. */
export type VoidedInvoice = {
  readonly id: string
  readonly invoiceType: InvoiceType
  readonly currency: string
  readonly zone: TimeZone
  readonly purchaseOrderNumber: string | null
  readonly billingAt: Instant
  readonly createdAt: Instant
  readonly skipsPayment: boolean
  readonly periods: readonly PlannedPeriod[]
  readonly fees: readonly VoidedFee[]
  /** Plan ids by subscription id. */
  readonly planIds: ReadonlyMap<string, string>
  /** Those of a one-off invoice, which are not selected anew. */
  readonly customSections: readonly CustomSection[] | null
  readonly reached: ReachedThresholds | null
}

/** A fee that the new invoice repeats, as it is or changed; a line of a one-off invoice may name its taxes. */
export type ChosenFee = {
  readonly id: string
  readonly change: FeeChange
  readonly taxes: readonly Tax[] | null
}

/** Whether invoices of a type can be made anew: not those that collect payments which happened anyway. */
export function isRegenerable(invoiceType: string): invoiceType is InvoiceType {
  return ['subscription', 'one_off', 'progressive_billing'].includes(invoiceType)
}

/**
 * The invoice that replaces a voided one (docs/rules/invoices.md#regenerated-invoices): the chosen fees, reduced and
 * taxed as if it were made now, and dated as the voided one was.
 *
 * @param chosen null for all fees as they are
 */
export function regenerateInvoice(
  voided: VoidedInvoice,
  chosen: readonly ChosenFee[] | null,
  who: Pick<InvoiceHead, 'customer' | 'billingEntity' | 'createdAt'>,
  taxes: TaxesByOwner,
  available: AvailableReductions,
): Outcome<InvoicePlan> {
  const fees = chosenFees(voided, chosen)
  if (!fees.ok) return fees
  const lines = new Map(voided.fees.map(({ id, lineTaxes }) => [id, lineTaxes]))
  for (const { id, taxes: own } of chosen ?? []) if (own !== null) lines.set(id, own)
  const { invoiceType, currency, zone, purchaseOrderNumber, billingAt } = voided
  const invoice = assembleInvoice(
    {
      head: { ...who, invoiceType, currency, zone, purchaseOrderNumber, billingAt },
      periods: voided.periods,
      fees: fees.value,
      planIds: voided.planIds,
      hasGrace: false,
      draft: null,
      reached: voided.reached,
      datedAt: voided.createdAt,
    },
    { ...taxes, lines },
    available,
  )
  if (invoice.unbilled.length > 0) return refusedFields({ fees: ['value_is_out_of_range'] })
  const { id: voidedInvoiceId, customSections, skipsPayment } = voided
  return outcome({ ...invoice, customSections, skipsPayment, voidedInvoiceId })
}

function chosenFees(
  { fees, currency }: VoidedInvoice,
  chosen: readonly ChosenFee[] | null,
): Outcome<readonly FeeDraft[]> {
  if (chosen === null) return outcome(fees.map(({ fee }) => fee))
  const changes = new Map(chosen.map((each) => [each.id, each]))
  const isUnknown = chosen.some(({ id }) => !fees.some((fee) => fee.id === id))
  if (isUnknown) return refused({ kind: 'not_found', code: 'fee_not_found' })
  const kept: FeeDraft[] = []
  const exponent = exponentOf(currency)
  for (const { id, fee, priceUnits } of fees) {
    const own = changes.get(id)
    if (!own) continue
    const { change, taxes } = own
    // What a subscription pays is taxed by its charges, its plan and its customer.
    if (taxes !== null && fee.feeType !== 'add_on')
      return refusedFields({ tax_codes: ['value_must_be_blank'] })
    if (change.units !== null && change.unitAmount === null && priceUnits === null) {
      return refusedFields({ charge: ['invalid_charge_model'] })
    }
    const price = priceUnits ?? ((units: Decimal) => multiplied(fee, units, exponent))
    kept.push(changedFee(fee, change, exponent, price))
  }
  return outcome(kept.map((fee) => ({ ...fee, trueUpParentKey: parentOf(fee, changes) })))
}

/** A true-up whose charge is left out stands for itself. */
function parentOf({ trueUpParentKey }: FeeDraft, kept: ReadonlyMap<string, unknown>): string | null {
  return trueUpParentKey !== null && kept.has(trueUpParentKey) ? trueUpParentKey : null
}
