import { exponentOf } from '../../core/amounts/currency.ts'
import { Decimal } from '../../core/amounts/decimal.ts'
import type { InvoiceType, PlannedPeriod, ReachedThresholds } from '../../core/billing/bill-plan.ts'
import { fixedUnits, usedUnits } from '../../core/billing/lines/adjusted-lines.ts'
import type { VoidedFee, VoidedInvoice } from '../../core/billing/regenerate.ts'
import type { InvoicingReason } from '../../core/billing/snapshot.ts'
import type { CustomSection } from '../../core/invoice-custom-sections/invoice-sections.ts'
import { isPricedByUnits, multiplied } from '../../core/invoicing/adjusted-fee.ts'
import { type FeeDraft, type FeeType, feeDraft } from '../../core/invoicing/fee-draft.ts'
import type { GroupedBy } from '../../core/metering/usage.ts'
import type { RatedCharge } from '../../core/rating/charge.ts'
import type { Reads } from '../database.ts'
import { type FeeRow, type FeeView, feeViews } from '../fees.ts'
import type { InvoiceRow } from '../invoices.ts'
import { ratedChargesByIds } from '../rated-charges.ts'
import { findTaxesById, taxOf } from '../taxes.ts'
import { type FixedPricingRow, fixedPricingByIds } from './fixed-charge-facts.ts'
import { windowOrNull } from './windows.ts'

/** A voided invoice with all that an invoice which replaces it takes over, and the charges of its fees by id. */
export type VoidedInvoiceFacts = {
  readonly voided: VoidedInvoice
  readonly charges: ReadonlyMap<string, RatedCharge>
}

/** Reads a voided invoice for the one that replaces it. */
export async function readVoidedInvoice(
  reads: Reads,
  row: InvoiceRow & { readonly invoiceType: InvoiceType },
): Promise<VoidedInvoiceFacts> {
  const [fees, links, sections, thresholds] = await Promise.all([
    feeViews(reads, { invoiceIds: [row.id] }),
    periodsOf(reads, row.id),
    sectionsOf(reads, row),
    reachedOf(reads, row),
  ])
  const [charges, fixedCharges, taxes] = await Promise.all([
    ratedChargesByIds(
      reads,
      distinct(fees, ({ chargeId }) => chargeId),
    ),
    fixedPricingByIds(
      reads,
      distinct(fees, ({ fixedChargeId }) => fixedChargeId),
    ),
    taxesOfLines(reads, row, fees),
  ])
  const { id, invoiceType, currency, timezone, purchaseOrderNumber, billingAt, createdAt, skipPsp } = row
  const voided: VoidedInvoice = {
    id,
    invoiceType,
    currency,
    zone: timezone,
    purchaseOrderNumber,
    billingAt,
    createdAt,
    skipsPayment: skipPsp,
    ...links,
    fees: fees.map((fee) => ({
      ...voidedFee(fee, currency, charges, fixedCharges),
      lineTaxes: taxes.get(fee.id) ?? [],
    })),
    customSections: sections,
    reached: thresholds,
  }
  return { voided, charges }
}

function distinct(fees: readonly FeeView[], idOf: (fee: FeeView) => string | null): string[] {
  return [...new Set(fees.flatMap((fee) => idOf(fee) ?? []))]
}

function voidedFee(
  row: FeeView,
  currency: string,
  charges: ReadonlyMap<string, RatedCharge>,
  fixedCharges: ReadonlyMap<string, FixedPricingRow>,
): Omit<VoidedFee, 'lineTaxes'> {
  const fee = draftOf(row)
  const exponent = exponentOf(currency)
  const conversionRate = fee.pricingUnit?.conversionRate ?? null
  const charge = charges.get(row.chargeId ?? '')
  const fixed = fixedCharges.get(row.fixedChargeId ?? '')
  const priceUnits = (): VoidedFee['priceUnits'] => {
    if (fixed) return isPricedByUnits(fixed) ? (units) => fixedUnits(fixed, units, exponent) : null
    if (!charge || row.trueUpParentFeeId !== null) return (units) => multiplied(fee, units, exponent)
    if (!isPricedByUnits(charge)) return null
    const filter = charge.filters.find(({ id }) => id === row.chargeFilterId)
    const pricing = { model: charge.model, properties: filter?.properties ?? charge.properties }
    return (units) =>
      usedUnits({ ...pricing, exponent, conversionRate }, fee.pricingUnit?.unit ?? null, units)
  }
  return { id: row.id, fee, priceUnits: priceUnits() }
}

/** The fee as a new invoice would have it: under its own id, and without what was taken off it. */
function draftOf(row: FeeRow): FeeDraft {
  return feeDraft({
    key: row.id,
    feeType: row.feeType as FeeType,
    subscriptionId: row.subscriptionId,
    chargeId: row.chargeId,
    chargeFilterId: row.chargeFilterId,
    minimumCommitmentId: row.minimumCommitmentId,
    addOnId: row.addOnId,
    fixedChargeId: row.fixedChargeId,
    trueUpParentKey: row.trueUpParentFeeId,
    invoiceDisplayName: row.invoiceDisplayName,
    description: row.description,
    units: Decimal.of(row.units),
    totalAggregatedUnits: row.totalAggregatedUnits === null ? null : Decimal.of(row.totalAggregatedUnits),
    eventsCount: row.eventsCount === null ? null : Number(row.eventsCount),
    amountCents: row.amountCents,
    preciseAmountCents: Decimal.of(row.preciseAmountCents),
    unitAmount: Decimal.of(row.preciseUnitAmount),
    amountDetails: row.amountDetails as FeeDraft['amountDetails'],
    groupedBy: row.groupedBy as GroupedBy,
    presentation: (row.presentationBreakdowns as readonly StoredBreakdown[]).map((each) => ({
      presentationBy: each.presentation_by,
      units: Decimal.of(each.units),
    })),
    pricingUnit: row.pricingUnit === null ? null : pricingUnitOf(row.pricingUnit as StoredPricingUnit),
    payInAdvance: row.payInAdvance,
    invoiceable: row.invoiceable,
    period: windowOrNull(row.fromAt, row.toAt),
    chargesWindow: windowOrNull(row.chargesFrom, row.chargesTo),
    event:
      row.eventId === null || row.eventTransactionId === null
        ? null
        : { id: row.eventId, transactionId: row.eventTransactionId },
    originalFeeId: row.originalFeeId ?? row.id,
  })
}

type StoredBreakdown = { readonly presentation_by: GroupedBy; readonly units: string }

/** As `pricing_unit` of a fee stands in its row: in the form of the API, with cents as numbers or texts. */
type StoredPricingUnit = Readonly<
  Record<'lago_pricing_unit_id' | 'pricing_unit_code' | 'short_name', string> &
    Record<'amount_cents' | 'unit_amount_cents', number | string> &
    Record<'precise_amount_cents' | 'precise_unit_amount' | 'conversion_rate', string>
>

function pricingUnitOf(stored: StoredPricingUnit): NonNullable<FeeDraft['pricingUnit']> {
  const conversionRate = Decimal.of(stored.conversion_rate)
  return {
    unit: {
      id: stored.lago_pricing_unit_id,
      code: stored.pricing_unit_code,
      shortName: stored.short_name,
      conversionRate,
    },
    amountCents: BigInt(stored.amount_cents),
    preciseAmountCents: Decimal.of(stored.precise_amount_cents),
    unitAmountCents: BigInt(stored.unit_amount_cents),
    preciseUnitAmount: Decimal.of(stored.precise_unit_amount),
    conversionRate,
  }
}

async function periodsOf(
  reads: Reads,
  invoiceId: string,
): Promise<Pick<VoidedInvoice, 'periods' | 'planIds'>> {
  const rows = await reads
    .selectFrom('invoiceSubscriptions as l')
    .innerJoin('subscriptions as s', 's.id', 'l.subscriptionId')
    .selectAll('l')
    .select('s.planId')
    .where('l.invoiceId', '=', invoiceId)
    .orderBy('l.createdAt')
    .orderBy('l.id')
    .execute()
  const periods = rows.map((row): PlannedPeriod => {
    const subscription = windowOrNull(row.subscriptionFrom, row.subscriptionTo)
    return {
      subscriptionId: row.subscriptionId,
      reason: row.invoicingReason as InvoicingReason,
      windows: subscription && {
        subscription,
        charges: windowOrNull(row.chargesFrom, row.chargesTo),
        fixedCharges: windowOrNull(row.fixedChargesFrom, row.fixedChargesTo),
      },
    }
  })
  return { periods, planIds: new Map(rows.map(({ subscriptionId, planId }) => [subscriptionId, planId])) }
}

/** The sections of a one-off invoice, which its request chose; others are selected anew. */
async function sectionsOf(reads: Reads, row: InvoiceRow): Promise<readonly CustomSection[] | null> {
  if (row.invoiceType !== 'one_off') return null
  const sections = await reads
    .selectFrom('appliedCustomSections')
    .selectAll()
    .where('invoiceId', '=', row.id)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  return sections.map(({ sectionId, code, name, displayName, details }) => ({
    id: sectionId,
    code,
    name,
    displayName,
    details,
  }))
}

/** The thresholds that a progressive invoice was made for. */
async function reachedOf(reads: Reads, row: InvoiceRow): Promise<ReachedThresholds | null> {
  if (row.invoiceType !== 'progressive_billing') return null
  const applied = await reads
    .selectFrom('appliedUsageThresholds')
    .select(['usageThresholdId', 'lifetimeUsageAmountCents'])
    .where('invoiceId', '=', row.id)
    .orderBy('id')
    .execute()
  return {
    thresholdIds: applied.map(({ usageThresholdId }) => usageThresholdId),
    lifetimeCents: applied[0]?.lifetimeUsageAmountCents ?? 0n,
    key: `regenerated:${row.id}`,
  }
}

/** The taxes of the lines of a one-off invoice, as they are today; nothing tells which of them a line named itself. */
async function taxesOfLines(
  reads: Reads,
  row: InvoiceRow,
  fees: readonly FeeView[],
): Promise<ReadonlyMap<string, VoidedFee['lineTaxes']>> {
  if (row.invoiceType !== 'one_off') return new Map()
  const ids = fees.flatMap(({ appliedTaxes }) => appliedTaxes.flatMap(({ taxId }) => taxId ?? []))
  const taxes = new Map((await findTaxesById(reads, [...new Set(ids)])).map((tax) => [tax.id, taxOf(tax)]))
  return new Map(
    fees.map(({ id, appliedTaxes }) => [
      id,
      appliedTaxes.flatMap(({ taxId }) => taxes.get(taxId ?? '') ?? []),
    ]),
  )
}
