import { Decimal } from '../../core/amounts/decimal.ts'
import { calendarDate } from '../../core/calendar/calendar-date.ts'
import type { GroupedBy, PropertyValues } from '../../core/metering/usage.ts'
import type { RatedCharge } from '../../core/rating/charge.ts'
import type { UsageLine } from '../../core/rating/usage-lines.ts'
import { invalid, notFound } from '../../core/refusal.ts'
import { findBillableMetric } from '../../store/billable-metrics.ts'
import type { Reads } from '../../store/database.ts'
import { type FeeView, feeViews } from '../../store/fees.ts'
import type { Listed, Slice } from '../../store/pages.ts'
import { listPastUsagePeriods } from '../../store/past-usage.ts'
import { ratedChargesByIds } from '../../store/rated-charges.ts'
import { findUsageSubject } from '../../store/usage-subjects.ts'
import { groupedBy } from '../../store/values.ts'
import { breakdownsOfRow } from '../../wire/fees.ts'
import type { ShownUsage } from '../../wire/usage.ts'

export type PastUsageAsked = {
  readonly externalCustomerId: string
  readonly externalSubscriptionId: string | undefined
  readonly metricCode: string | undefined
  readonly slice: Slice
}

/**
 * The usage of billed periods, newest first, from the fees of their invoices (docs/rules/usage.md#past-usage). 404
 * `customer_not_found` and `billable_metric_not_found`; 422 when no subscription is given.
 */
export async function readPastUsage(reads: Reads, asked: PastUsageAsked): Promise<Listed<ShownUsage>> {
  const { externalSubscriptionId, metricCode } = asked
  const subject = await findUsageSubject(reads, asked.externalCustomerId, externalSubscriptionId)
  if (!subject) throw notFound('customer')
  if (externalSubscriptionId === undefined) {
    throw invalid({ external_subscription_id: ['value_is_mandatory'] })
  }
  if (metricCode !== undefined && !(await findBillableMetric(reads, metricCode))) {
    throw notFound('billable_metric')
  }
  const owner = { customerId: subject.customerId, externalSubscriptionId }
  const { rows, total } = await listPastUsagePeriods(reads, owner, asked.slice)
  const invoiceIds = [...new Set(rows.map((row) => row.invoiceId))]
  const fees = (await feeViews(reads, { invoiceIds })).filter(
    (fee) => fee.feeType === 'charge' && (metricCode === undefined || fee.metricCode === metricCode),
  )
  const charges = await ratedChargesByIds(reads, [...new Set(fees.flatMap((fee) => fee.chargeId ?? []))])
  const lines = linesByPeriod(fees, charges)
  return {
    total,
    rows: rows.map((period) => ({
      window: { from: period.chargesFrom, to: period.chargesTo },
      issuingOn: calendarDate(period.issuingDate),
      currency: period.currency,
      amountCents: period.feesAmountCents,
      taxesAmountCents: period.taxesAmountCents,
      invoiceId: period.invoiceId,
      lines: lines.get(periodId(period)) ?? [],
    })),
  }
}

/** The usage lines that invoices billed, each list sorted by metric name. */
function linesByPeriod(
  fees: readonly FeeView[],
  charges: ReadonlyMap<string, RatedCharge>,
): ReadonlyMap<string, readonly UsageLine[]> {
  const periods = groupedBy(fees, periodId)
  return new Map(
    [...periods].map(([id, own]) => [
      id,
      own.flatMap((fee) => linesOf(fee, charges)).sort((a, b) => compareNames(a.charge, b.charge)),
    ]),
  )
}

function periodId(of: { readonly invoiceId: string | null; readonly subscriptionId: string | null }): string {
  return `${of.invoiceId} ${of.subscriptionId}`
}

function linesOf(fee: FeeView, charges: ReadonlyMap<string, RatedCharge>): readonly UsageLine[] {
  const charge = charges.get(fee.chargeId ?? '')
  if (!charge) return []
  return [
    {
      charge,
      filter:
        fee.chargeFilterId === null
          ? null
          : {
              id: fee.chargeFilterId,
              values: (fee.filterValues ?? {}) as PropertyValues,
              invoiceDisplayName: fee.filterInvoiceDisplayName,
            },
      groupedBy: fee.groupedBy as GroupedBy,
      units: Decimal.of(fee.units),
      totalAggregatedUnits: Decimal.of(fee.totalAggregatedUnits ?? fee.units),
      eventsCount: Number(fee.eventsCount ?? 0n),
      amountCents: fee.amountCents,
      pricingUnitCents: pricingUnitCentsOf(fee.pricingUnit),
      presentation: breakdownsOfRow(fee.presentationBreakdowns),
      projected: null,
    },
  ]
}

function pricingUnitCentsOf(stored: unknown): bigint | null {
  if (typeof stored !== 'object' || stored === null || !('amount_cents' in stored)) return null
  return Decimal.of(String(stored.amount_cents)).toBigInt()
}

function compareNames(a: RatedCharge, b: RatedCharge): number {
  const [left, right] = [a.metric.name.toLowerCase(), b.metric.name.toLowerCase()]
  return left < right ? -1 : left > right ? 1 : 0
}
