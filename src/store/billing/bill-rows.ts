import type { Selectable } from 'kysely'
import { exponentOf } from '../../core/amounts/currency.ts'
import { storedCents } from '../../core/amounts/json-text.ts'
import type {
  InvoiceOutcome,
  InvoicePlan,
  PlannedPeriod,
  UninvoicedFees,
} from '../../core/billing/bill-plan.ts'
import { spendingsOf } from '../../core/billing/reductions/prepaid.ts'
import type { TaxedFee } from '../../core/billing/totals.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import type { FeeDraft } from '../../core/invoicing/fee-draft.ts'
import { minorUnits } from '../../core/pricing/rated-fee.ts'
import { spentByKind } from '../../core/wallets/spend.ts'
import { newId } from '../ids.ts'
import type {
  AppliedCustomSections,
  AppliedUsageThresholds,
  Fees,
  FeeTaxes,
  InvoicePayments,
  InvoiceReductions,
  InvoiceSubscriptions,
  Invoices,
  InvoiceTaxes,
  UnbilledFees,
} from '../rows.ts'
import { sectionRows } from './section-rows.ts'
import { feeTaxRow, invoiceTaxRow } from './tax-rows.ts'
import { addSpendings, type WalletRows } from './wallet-rows.ts'

/** An invoice's numbers in its sequences, and the number shown. */
export type InvoiceNumber = {
  readonly number: string
  readonly sequentialId: bigint | null
  readonly entitySequentialId: bigint | null
}

/** An invoice as inserted; the database records the transaction that seals it. */
export type NewInvoiceRow = Omit<Selectable<Invoices>, 'sealedIn'>

/** The rows of some bills by table, in the form in which they are read back. */
export type BillRows = WalletRows & {
  readonly invoices: NewInvoiceRow[]
  readonly invoiceSubscriptions: Selectable<InvoiceSubscriptions>[]
  readonly fees: Selectable<Fees>[]
  readonly feeTaxes: Selectable<FeeTaxes>[]
  readonly invoiceTaxes: Selectable<InvoiceTaxes>[]
  readonly invoiceReductions: Selectable<InvoiceReductions>[]
  readonly invoicePayments: Omit<Selectable<InvoicePayments>, 'entry'>[]
  readonly appliedUsageThresholds: Selectable<AppliedUsageThresholds>[]
  readonly appliedCustomSections: Selectable<AppliedCustomSections>[]
  readonly unbilledFees: Selectable<UnbilledFees>[]
  /** Fees that were adjusted by hand, with the adjustment that each has. */
  readonly adjusted: { readonly id: string; readonly feeId: string }[]
}

export function noRows(): BillRows {
  return {
    invoices: [],
    invoiceSubscriptions: [],
    fees: [],
    feeTaxes: [],
    invoiceTaxes: [],
    invoiceReductions: [],
    invoicePayments: [],
    appliedUsageThresholds: [],
    appliedCustomSections: [],
    unbilledFees: [],
    adjusted: [],
    walletTransactions: [],
    walletTransactionConsumptions: [],
  }
}

/** Adds the rows of one invoice and assigns ids to its fees. Returns the ids of fees caused by single events. */
export function addInvoice(
  rows: BillRows,
  organizationId: string,
  id: string,
  plan: InvoicePlan,
  number: InvoiceNumber,
): string[] {
  rows.invoices.push(invoiceRow(organizationId, id, plan, number))
  const { createdAt } = plan
  for (const period of plan.periods)
    rows.invoiceSubscriptions.push(periodRow(organizationId, id, plan, period))
  const feeIds = addFees(rows, feeOwnerOf(organizationId, id, plan), plan.fees)
  for (const tax of plan.totals.taxes.appliedTaxes) {
    rows.invoiceTaxes.push(invoiceTaxRow({ organizationId, invoiceId: id, createdAt }, tax))
  }
  for (const { kind, sourceId, isBeforeTaxes, amountCents } of plan.reductions) {
    rows.invoiceReductions.push({
      organizationId,
      id: newId(),
      invoiceId: id,
      kind,
      sourceId,
      beforeTaxes: isBeforeTaxes,
      amountCents,
      createdAt,
    })
  }
  const spentAt = finalizedAtOf(plan.outcome) ?? createdAt
  addSpendings(rows, { organizationId, invoiceId: id, at: spentAt }, spendingsOf(plan.reductions))
  const paidCents = plan.paidCents
  if (paidCents > 0n) {
    rows.invoicePayments.push({
      organizationId,
      id: newId(),
      invoiceId: id,
      kind: 'fees',
      status: 'succeeded',
      amountCents: paidCents,
      paymentId: null,
      creditNoteId: null,
      paidAt: plan.billingAt,
      createdAt,
    })
  }
  for (const usageThresholdId of plan.reached?.thresholdIds ?? []) {
    rows.appliedUsageThresholds.push({
      organizationId,
      id: newId(),
      invoiceId: id,
      usageThresholdId,
      lifetimeUsageAmountCents: plan.reached?.lifetimeCents ?? 0n,
      createdAt,
    })
  }
  rows.appliedCustomSections.push(...sectionRows(organizationId, id, plan))
  addUnbilled(rows, { organizationId, invoiceId: id, currency: plan.currency, createdAt }, plan.unbilled)
  return feeIds.filter((_, i) => plan.fees[i]?.fee.event !== null)
}

/** Adds the rows of fees that are on no invoice yet; returns their ids in order. */
export function addUninvoicedFees(rows: BillRows, organizationId: string, plan: UninvoicedFees): string[] {
  const { customer, billingEntityId, currency, createdAt } = plan
  const owner = {
    organizationId,
    invoiceId: null,
    customerId: customer.id,
    billingEntityId,
    currency,
    isSelfBilled: customer.isSelfBilled,
    createdAt,
  }
  addUnbilled(rows, owner, plan.unbilled)
  return addFees(rows, owner, plan.fees)
}

function awaitsTaxes(outcome: InvoiceOutcome): boolean {
  return outcome.status === 'pending' || (outcome.status === 'open' && outcome.awaitsTaxes === true)
}

function invoiceRow(
  organizationId: string,
  id: string,
  plan: InvoicePlan,
  number: InvoiceNumber,
): NewInvoiceRow {
  const { totals, outcome, dates, settings, createdAt } = plan
  const spent = spentByKind(spendingsOf(plan.reductions))
  return {
    organizationId,
    id,
    customerId: plan.customer.id,
    billingEntityId: plan.billingEntity.id,
    ...number,
    invoiceType: plan.invoiceType,
    status: outcome.status,
    paymentStatus: plan.paymentStatus,
    taxStatus: awaitsTaxes(outcome) ? 'pending' : null,
    currency: plan.currency,
    timezone: plan.zone,
    issuingDate: dates.issuingOn,
    paymentDueDate: dates.paymentDueOn,
    expectedFinalizationDate: plan.invoiceType === 'advance_charges' ? null : dates.expectedFinalizationOn,
    netPaymentTerm: settings.netPaymentTermDays,
    issuingSettings: settings,
    billingAt: plan.billingAt,
    finalizedAt: finalizedAtOf(outcome),
    voidedAt: null,
    paymentDisputeLostAt: null,
    paymentOverdue: false,
    purchaseOrderNumber: plan.purchaseOrderNumber,
    selfBilled: plan.customer.isSelfBilled,
    skipPsp: plan.skipsPayment,
    readyToBeRefreshed: false,
    feesAmountCents: totals.feesAmountCents,
    progressiveBillingCreditAmountCents: totals.progressiveCreditAmountCents,
    couponsAmountCents: totals.couponsAmountCents,
    subTotalExcludingTaxesAmountCents: totals.subTotalExcludingTaxesAmountCents,
    taxesAmountCents: totals.taxes.taxesAmountCents,
    taxesRate: totals.taxes.taxesRate.toString(),
    subTotalIncludingTaxesAmountCents: totals.subTotalIncludingTaxesAmountCents,
    creditNotesAmountCents: totals.creditNotesAmountCents,
    prepaidCreditAmountCents: totals.prepaidCreditAmountCents,
    prepaidGrantedCreditAmountCents: spent.granted || null,
    prepaidPurchasedCreditAmountCents: spent.purchased || null,
    totalAmountCents: totals.totalAmountCents,
    totalPaidAmountCents: plan.paidCents,
    offsetAmountCents: 0n,
    versionNumber: INVOICE_VERSION,
    progressiveKey: plan.reached?.key ?? null,
    createdAt,
    updatedAt: finalizedAtOf(outcome) ?? createdAt,
  }
}

/** A pending invoice keeps the instant at which it was to be final, for its dates. */
function finalizedAtOf(outcome: InvoiceOutcome): Instant | null {
  return outcome.status === 'finalized' || outcome.status === 'pending' ? outcome.finalizedAt : null
}

/** The version of the amount fields, as shown by the API. */
const INVOICE_VERSION = 4

function periodRow(
  organizationId: string,
  invoiceId: string,
  { billingAt, createdAt }: InvoicePlan,
  { subscriptionId, reason, windows }: PlannedPeriod,
): Selectable<InvoiceSubscriptions> {
  return {
    organizationId,
    id: newId(),
    invoiceId,
    subscriptionId,
    invoicingReason: reason,
    isRecurring: reason === 'subscription_periodic',
    billingAt,
    subscriptionFrom: windows?.subscription.from ?? null,
    subscriptionTo: windows?.subscription.to ?? null,
    chargesFrom: windows?.charges?.from ?? null,
    chargesTo: windows?.charges?.to ?? null,
    fixedChargesFrom: windows?.fixedCharges?.from ?? null,
    fixedChargesTo: windows?.fixedCharges?.to ?? null,
    releasedAt: null,
    createdAt,
  }
}

type FeeOwner = {
  readonly organizationId: string
  readonly invoiceId: string | null
  readonly customerId: string
  readonly billingEntityId: string
  readonly currency: string
  readonly isSelfBilled: boolean
  readonly createdAt: Instant
}

function feeOwnerOf(organizationId: string, invoiceId: string, plan: InvoicePlan): FeeOwner {
  return {
    organizationId,
    invoiceId,
    customerId: plan.customer.id,
    billingEntityId: plan.billingEntity.id,
    currency: plan.currency,
    isSelfBilled: plan.customer.isSelfBilled,
    createdAt: plan.createdAt,
  }
}

function addFees(rows: BillRows, owner: FeeOwner, fees: readonly TaxedFee[]): string[] {
  const ids = new Map(fees.map(({ fee }) => [fee.key, newId()]))
  for (const { fee, taxes } of fees) {
    const id = ids.get(fee.key) ?? ''
    const parentId = fee.trueUpParentKey === null ? null : (ids.get(fee.trueUpParentKey) ?? null)
    rows.fees.push(feeRow(owner, id, parentId, fee, taxes))
    if (fee.adjustedFeeId !== null) rows.adjusted.push({ id: fee.adjustedFeeId, feeId: id })
    const { organizationId, createdAt } = owner
    for (const tax of taxes.appliedTaxes) {
      rows.feeTaxes.push(feeTaxRow({ organizationId, feeId: id, createdAt }, tax))
    }
  }
  return [...ids.values()]
}

function feeRow(
  owner: FeeOwner,
  id: string,
  parentId: string | null,
  fee: FeeDraft,
  taxes: TaxedFee['taxes'],
): Selectable<Fees> {
  // One literal and no spread: an object of so many keys that grows key by key is ten times as slow.
  return {
    organizationId: owner.organizationId,
    id,
    invoiceId: owner.invoiceId,
    customerId: owner.customerId,
    billingEntityId: owner.billingEntityId,
    currency: owner.currency,
    feeType: fee.feeType,
    subscriptionId: fee.subscriptionId,
    chargeId: fee.chargeId,
    chargeFilterId: fee.chargeFilterId,
    minimumCommitmentId: fee.minimumCommitmentId,
    addOnId: fee.addOnId,
    fixedChargeId: fee.fixedChargeId,
    trueUpParentFeeId: parentId,
    originalFeeId: fee.originalFeeId,
    invoiceDisplayName: fee.invoiceDisplayName,
    description: fee.description,
    units: fee.units.toString(),
    totalAggregatedUnits: fee.totalAggregatedUnits?.toString() ?? null,
    eventsCount: fee.eventsCount === null ? null : BigInt(fee.eventsCount),
    amountCents: fee.amountCents,
    preciseAmountCents: fee.preciseAmountCents.round(15).toString(),
    unitAmountCents: minorUnits(fee.unitAmount, exponentOf(owner.currency)).round().toString(),
    preciseUnitAmount: fee.unitAmount.round(15).toString(),
    preciseProgressiveCreditAmountCents: fee.preciseProgressiveCreditCents.round(5).toString(),
    preciseCouponsAmountCents: fee.preciseCouponsAmountCents.round(5).toString(),
    preciseCreditNotesAmountCents: fee.preciseCreditNotesAmountCents.round(5).toString(),
    taxesAmountCents: taxes.taxesAmountCents,
    taxesPreciseAmountCents: taxes.taxesPreciseAmountCents.round(15).toString(),
    taxesRate: taxes.taxesRate.toString(),
    payInAdvance: fee.payInAdvance,
    invoiceable: fee.invoiceable,
    selfBilled: owner.isSelfBilled,
    paymentStatus: 'pending',
    succeededAt: null,
    failedAt: null,
    refundedAt: null,
    amountDetails: fee.amountDetails,
    groupedBy: fee.groupedBy,
    presentationBreakdowns: fee.presentation.map((row) => ({
      presentation_by: row.presentationBy,
      units: row.units.toWire(),
    })),
    pricingUnit: fee.pricingUnit === null ? null : pricingUnitOf(fee.pricingUnit),
    eventTransactionId: fee.event?.transactionId ?? null,
    eventId: fee.event?.id ?? null,
    fromAt: fee.period?.from ?? null,
    toAt: fee.period?.to ?? null,
    chargesFrom: fee.chargesWindow?.from ?? null,
    chargesTo: fee.chargesWindow?.to ?? null,
    deletedAt: null,
    createdAt: owner.createdAt,
    updatedAt: owner.createdAt,
  }
}

/** In the form of the API's `pricing_unit_details`. */
function pricingUnitOf(amounts: NonNullable<FeeDraft['pricingUnit']>): object {
  return {
    lago_pricing_unit_id: amounts.unit.id,
    pricing_unit_code: amounts.unit.code,
    short_name: amounts.unit.shortName,
    amount_cents: storedCents(amounts.amountCents),
    precise_amount_cents: amounts.preciseAmountCents.toWire(),
    unit_amount_cents: storedCents(amounts.unitAmountCents),
    precise_unit_amount: amounts.preciseUnitAmount.toWire(),
    conversion_rate: amounts.conversionRate.toWire(),
  }
}

/** Adds fees that are too large for their invoice, or for any invoice. */
function addUnbilled(
  rows: BillRows,
  owner: Pick<FeeOwner, 'organizationId' | 'invoiceId' | 'currency' | 'createdAt'>,
  fees: readonly FeeDraft[],
): void {
  const { organizationId, invoiceId, currency, createdAt } = owner
  for (const fee of fees) {
    rows.unbilledFees.push({
      organizationId,
      id: newId(),
      invoiceId,
      subscriptionId: fee.subscriptionId,
      chargeId: fee.chargeId,
      chargeFilterId: fee.chargeFilterId,
      feeType: fee.feeType,
      currency,
      units: fee.units.toString(),
      amountCents: String(fee.amountCents),
      groupedBy: fee.groupedBy,
      chargesFrom: fee.chargesWindow?.from ?? null,
      chargesTo: fee.chargesWindow?.to ?? null,
      createdAt,
    })
  }
}
