import { storedCents } from '../core/amounts/json-text.ts'
import type { Instant } from '../core/calendar/instant.ts'
import type { FeeDraft } from '../core/invoicing/fee-draft.ts'
import { minorUnits } from '../core/pricing/rated-fee.ts'
import type { FeeTaxes } from '../core/taxes/apply.ts'
import type { Tx } from './database.ts'
import { newId } from './ids.ts'
import { inParts, json, ts, tsOrNull } from './values.ts'

/** A statement has room for 65,535 parameters, and a charge may have any number of groups. */
const FEES_AT_ONCE = 500
const TAXES_AT_ONCE = 5000

/** For whom and with what fees are written. */
export type FeeOwner = {
  readonly organizationId: string
  readonly customerId: string
  readonly billingEntityId: string
  readonly invoiceId: string | null
  readonly currency: string
  readonly exponent: number
  readonly selfBilled: boolean
  readonly now: Instant
}

/** Writes fees with their taxes, in as few statements as their number allows. */
export async function insertFees(
  tx: Tx,
  owner: FeeOwner,
  fees: readonly { readonly fee: FeeDraft; readonly taxes: FeeTaxes }[],
): Promise<void> {
  for (const some of inParts(fees, FEES_AT_ONCE)) {
    await tx
      .insertInto('fees')
      .values(some.map(({ fee, taxes }) => feeRow(owner, fee, taxes)))
      .execute()
  }
  const taxRows = fees.flatMap(({ fee, taxes }) =>
    taxes.appliedTaxes.map((applied) => ({
      organizationId: owner.organizationId,
      id: newId(),
      feeId: fee.id,
      taxId: applied.tax.id,
      taxCode: applied.tax.code,
      taxName: applied.tax.name,
      taxDescription: applied.tax.description,
      taxRate: applied.tax.rate.toString(),
      amountCents: applied.amountCents,
      preciseAmountCents: applied.preciseAmountCents.round(15).toString(),
      createdAt: ts(owner.now),
    })),
  )
  for (const some of inParts(taxRows, TAXES_AT_ONCE)) {
    await tx.insertInto('feeTaxes').values(some).execute()
  }
}

function feeRow(owner: FeeOwner, fee: FeeDraft, taxes: FeeTaxes) {
  return {
    organizationId: owner.organizationId,
    id: fee.id,
    feeType: fee.feeType,
    invoiceId: owner.invoiceId,
    subscriptionId: fee.subscriptionId,
    customerId: owner.customerId,
    billingEntityId: owner.billingEntityId,
    chargeId: fee.chargeId,
    chargeFilterId: fee.chargeFilterId,
    minimumCommitmentId: fee.minimumCommitmentId,
    trueUpParentFeeId: fee.trueUpParentFeeId,
    invoiceDisplayName: fee.invoiceDisplayName,
    currency: owner.currency,
    units: fee.units.toString(),
    totalAggregatedUnits: fee.totalAggregatedUnits?.toString() ?? null,
    eventsCount: fee.eventsCount,
    amountCents: fee.amountCents,
    preciseAmountCents: fee.preciseAmountCents.round(15).toString(),
    unitAmountCents: minorUnits(fee.unitAmount, owner.exponent).round().toString(),
    preciseUnitAmount: fee.unitAmount.round(15).toString(),
    preciseProgressiveCreditAmountCents: fee.preciseProgressiveCreditCents.round(5).toString(),
    preciseCouponsAmountCents: fee.preciseCouponsAmountCents.round(5).toString(),
    taxesAmountCents: taxes.taxesAmountCents,
    taxesPreciseAmountCents: taxes.taxesPreciseAmountCents.round(15).toString(),
    taxesRate: taxes.taxesRate.toString(),
    payInAdvance: fee.payInAdvance,
    invoiceable: fee.invoiceable,
    selfBilled: owner.selfBilled,
    amountDetails: json(fee.amountDetails),
    groupedBy: json(fee.groupedBy),
    presentationBreakdowns: json(
      fee.presentation.map((row) => ({ presentation_by: row.presentationBy, units: row.units.toWire() })),
    ),
    pricingUnit: fee.pricingUnit === null ? null : json(pricingUnitRow(fee.pricingUnit)),
    eventTransactionId: fee.event?.transactionId ?? null,
    eventId: fee.event?.id ?? null,
    fromAt: tsOrNull(fee.period?.from ?? null),
    toAt: tsOrNull(fee.period?.to ?? null),
    chargesFrom: tsOrNull(fee.chargesWindow?.from ?? null),
    chargesTo: tsOrNull(fee.chargesWindow?.to ?? null),
    createdAt: ts(owner.now),
    updatedAt: ts(owner.now),
  }
}

/** As the API shows it in `pricing_unit_details` (metering-and-rating §3.14). */
function pricingUnitRow(amounts: NonNullable<FeeDraft['pricingUnit']>): object {
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

/** Takes an invoice's fees away, with their taxes; only of a draft that is made anew. */
export async function deleteFeesOfInvoice(tx: Tx, invoiceId: string): Promise<void> {
  await tx.deleteFrom('fees').where('invoiceId', '=', invoiceId).execute()
}
