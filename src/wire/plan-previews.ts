import { toWireCents } from '../core/amounts/json-text.ts'
import type { PreviewedPlan } from '../core/billing/plan-preview.ts'
import type { CurvePoint } from '../core/billing/price-curve.ts'
import type { TaxedFee } from '../core/billing/totals.ts'
import type { UnstoredPlan } from '../core/plans/previewed-plan.ts'
import type { RatedUsage } from '../core/rating/rate-usage.ts'
import { isoSecondsOrNull } from './times.ts'

type Shown = PreviewedPlan & {
  readonly unstored: UnstoredPlan
  readonly addOnNames: ReadonlyMap<string, string>
  readonly curves: readonly (readonly CurvePoint[])[] | null
}

/** The bill of a plan that need not be stored: its lines, taxes and totals, and the price curves of its charges. */
export function toWirePlanPreview(preview: Shown): object {
  const { invoice, period, inAdvance, unstored, curves } = preview
  const { totals } = invoice
  return {
    currency: unstored.plan.currency,
    from_datetime: isoSecondsOrNull(period?.from ?? null),
    to_datetime: isoSecondsOrNull(period?.to ?? null),
    lines: [
      ...invoice.fees.map((each) => lineOf(each, preview)),
      ...inAdvance.map((rated) => advanceLineOf(rated, unstored)),
    ],
    fees_amount_cents: toWireCents(totals.feesAmountCents),
    sub_total_excluding_taxes_amount_cents: toWireCents(totals.subTotalExcludingTaxesAmountCents),
    applied_taxes: totals.taxes.appliedTaxes.map(({ tax, amountCents }) => ({
      tax_code: tax.code,
      tax_name: tax.name,
      tax_rate: tax.rate.toWire(),
      amount_cents: toWireCents(amountCents),
    })),
    taxes_amount_cents: toWireCents(totals.taxes.taxesAmountCents),
    total_amount_cents: toWireCents(totals.totalAmountCents),
    curves:
      curves?.map((points) =>
        points.map(({ units, amount }) => ({ units: units.toWire(), amount: amount.toWire() })),
      ) ?? null,
  }
}

function lineOf({ fee }: TaxedFee, { unstored, addOnNames }: Shown): object {
  const { settings, charges, fixedCharges } = unstored
  const chargeAt = charges.findIndex(({ id }) => id === fee.chargeId)
  const charge = charges[chargeAt]
  const filterAt = charge?.filters.findIndex(({ id }) => id === fee.chargeFilterId) ?? -1
  const filter = charge?.filters[filterAt]
  const fixed = fixedCharges.find(({ id }) => id === fee.fixedChargeId)
  const names = {
    subscription: settings.invoiceDisplayName ?? settings.name,
    commitment: fee.invoiceDisplayName ?? 'Minimum commitment',
    charge: charge?.invoiceDisplayName ?? charge?.metric.name ?? '',
    fixed_charge: fixed?.invoiceDisplayName ?? addOnNames.get(fixed?.addOnId ?? '') ?? '',
    add_on: '',
    credit: '',
  }
  return {
    type: fee.feeType,
    name: names[fee.feeType],
    charge: chargeAt === -1 ? null : chargeAt,
    filter: filterAt === -1 ? null : filterAt,
    filter_name: filter
      ? (filter.invoiceDisplayName ?? Object.values(filter.values).flat().join(', '))
      : null,
    is_true_up: fee.trueUpParentKey !== null,
    is_billed_at_once: false,
    units: fee.units.toWire(),
    events_count: fee.eventsCount,
    precise_unit_amount: fee.unitAmount.toWire(),
    amount_cents: toWireCents(fee.amountCents),
    amount_details: fee.amountDetails,
  }
}

/** A line that is billed event by event, while the period runs. */
function advanceLineOf({ charge, filter, fee, eventsCount }: RatedUsage, { charges }: UnstoredPlan): object {
  const chargeAt = charges.findIndex(({ id }) => id === charge.id)
  const filterAt = charge.filters.findIndex(({ id }) => id === filter?.id)
  return {
    type: 'charge',
    name: charge.invoiceDisplayName ?? charge.metric.name,
    charge: chargeAt,
    filter: filterAt === -1 ? null : filterAt,
    filter_name: filter
      ? (filter.invoiceDisplayName ?? Object.values(filter.values).flat().join(', '))
      : null,
    is_true_up: false,
    is_billed_at_once: true,
    units: fee.units.toWire(),
    events_count: eventsCount,
    precise_unit_amount: fee.unitAmount.toWire(),
    amount_cents: toWireCents(fee.amountCents),
    amount_details: fee.amountDetails,
  }
}
