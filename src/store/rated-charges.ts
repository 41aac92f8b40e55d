import { Decimal } from '../core/amounts/decimal.ts'
import type { Aggregation, PropertyValues } from '../core/metering/usage.ts'
import type { ChargeProperties } from '../core/pricing/charge-model.ts'
import type { ChargeModelName } from '../core/pricing/models.ts'
import type { RatedCharge, RatedFilter, RatedMetric } from '../core/rating/charge.ts'
import type { Reads } from './database.ts'
import { anyOf, groupedBy } from './values.ts'

/**
 * The charges of plans with everything that rating needs, in order of creation, in two queries. Deleted charges and
 * filters are left out.
 */
export async function ratedChargesOfPlans(
  reads: Reads,
  planIds: readonly string[],
): Promise<ReadonlyMap<string, readonly RatedCharge[]>> {
  const byPlan = new Map<string, RatedCharge[]>()
  if (planIds.length === 0) return byPlan
  const ofPlans = reads
    .selectFrom('charges')
    .select('id')
    .where('planId', 'in', [...planIds])
  const [rows, filters] = await Promise.all([
    chargeRows(reads)
      .where('c.planId', 'in', [...planIds])
      .where('c.deletedAt', 'is', null)
      .orderBy('c.createdAt')
      .orderBy('c.id')
      .execute(),
    filterRows(reads).where('chargeId', 'in', ofPlans).execute(),
  ])
  for (const [planId, charge] of withFilters(rows, filters)) {
    const list = byPlan.get(planId)
    if (list) list.push(charge)
    else byPlan.set(planId, [charge])
  }
  return byPlan
}

/** Charges by id, including deleted ones, to which existing fees refer. */
export async function ratedChargesByIds(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RatedCharge>> {
  if (ids.length === 0) return new Map()
  const [rows, filters] = await Promise.all([
    chargeRows(reads).where('c.id', '=', anyOf(ids)).execute(),
    filterRows(reads).where('chargeId', '=', anyOf(ids)).execute(),
  ])
  return new Map(withFilters(rows, filters).map(([, charge]) => [charge.id, charge]))
}

function chargeRows(reads: Reads) {
  return reads
    .selectFrom('charges as c')
    .innerJoin('billableMetrics as m', 'm.id', 'c.billableMetricId')
    .leftJoin('pricingUnits as u', 'u.id', 'c.pricingUnitId')
    .select([
      'c.id',
      'c.planId',
      'c.parentId',
      'c.code',
      'c.invoiceDisplayName',
      'c.chargeModel',
      'c.properties',
      'c.payInAdvance',
      'c.prorated',
      'c.invoiceable',
      'c.regroupPaidFees',
      'c.minAmountCents',
      'c.acceptsTargetWallet',
      'c.conversionRate',
      'c.createdAt',
      'm.id as metricId',
      'm.code as metricCode',
      'm.name as metricName',
      'm.aggregationType',
      'm.fieldName',
      'm.isRecurring',
      'm.roundingFunction',
      'm.roundingPrecision',
      'm.filters as metricFilters',
      'u.id as unitId',
      'u.code as unitCode',
      'u.shortName as unitShortName',
    ])
}

type RatedChargeRow = Awaited<ReturnType<ReturnType<typeof chargeRows>['execute']>>[number]

function filterRows(reads: Reads) {
  return reads
    .selectFrom('chargeFilters')
    .select(['id', 'chargeId', 'values', 'properties', 'invoiceDisplayName', 'createdAt'])
    .where('deletedAt', 'is', null)
    .orderBy('position')
    .orderBy('createdAt')
    .orderBy('id')
}

type FilterRow = Awaited<ReturnType<ReturnType<typeof filterRows>['execute']>>[number]

function withFilters(
  rows: readonly RatedChargeRow[],
  filters: readonly FilterRow[],
): [string, RatedCharge][] {
  const byCharge = groupedBy(filters, (row) => row.chargeId)
  return rows.map((row) => [row.planId, chargeOf(row, (byCharge.get(row.id) ?? []).map(filterOf))])
}

function filterOf(row: FilterRow): RatedFilter {
  return {
    id: row.id,
    values: row.values as PropertyValues,
    properties: row.properties as ChargeProperties,
    invoiceDisplayName: row.invoiceDisplayName,
    createdAt: row.createdAt,
  }
}

function chargeOf(row: RatedChargeRow, filters: readonly RatedFilter[]): RatedCharge {
  const { unitId, unitCode, unitShortName, conversionRate } = row
  const hasUnit = unitId !== null && unitCode !== null && unitShortName !== null && conversionRate !== null
  return {
    id: row.id,
    rootId: row.parentId ?? row.id,
    code: row.code,
    invoiceDisplayName: row.invoiceDisplayName,
    model: row.chargeModel as ChargeModelName,
    properties: row.properties as ChargeProperties,
    payInAdvance: row.payInAdvance,
    prorated: row.prorated,
    invoiceable: row.invoiceable,
    regroupPaidFees: row.regroupPaidFees,
    minAmountCents: row.minAmountCents,
    acceptsTargetWallet: row.acceptsTargetWallet,
    pricingUnit: hasUnit
      ? { id: unitId, code: unitCode, shortName: unitShortName, conversionRate: Decimal.of(conversionRate) }
      : null,
    createdAt: row.createdAt,
    metric: metricOf(row),
    filters,
  }
}

function metricOf(row: RatedChargeRow): RatedMetric {
  const declared = row.metricFilters as readonly {
    readonly key: string
    readonly values: readonly string[]
  }[]
  return {
    id: row.metricId,
    code: row.metricCode,
    name: row.metricName,
    aggregation: row.aggregationType as Aggregation,
    fieldName: row.fieldName,
    recurring: row.isRecurring,
    roundingFunction: row.roundingFunction as RatedMetric['roundingFunction'],
    roundingPrecision: row.roundingPrecision,
    filters: Object.fromEntries(declared.map(({ key, values }) => [key, values])),
  }
}
