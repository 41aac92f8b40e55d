import type { Input } from '../../core/input/fields.ts'
import { hasAmbiguousFilters } from '../../core/metering/filters.ts'
import { declaredValues } from '../../core/metrics/metric.ts'
import {
  type FilterSettings,
  OVERLAPPING_FILTERS,
  readFilterChange,
  readNewFilter,
  valuesKey,
} from '../../core/plans/charge-filters.ts'
import { readChargeChange, readNewCharge } from '../../core/plans/charge-settings.ts'
import { isAbsent } from '../../core/pricing/amounts-check.ts'
import { accepted, invalid, notFound } from '../../core/refusal.ts'
import { type BillableMetricRow, billableMetricsByIds } from '../../store/billable-metrics.ts'
import { type ChargeFilterRow, chargesOfPlans, deleteCharges } from '../../store/charges.ts'
import type { Reads, Tx } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import {
  chargesWithParts,
  childPlansInUse,
  isPlanAttached,
  type PlanCharge,
  type PlanRow,
} from '../../store/plans.ts'
import { settleAdvanceUsage } from '../billing/settle-advance-usage.ts'
import type { Caller, Context } from '../context.ts'
import { changingPlan } from '../plans/changing-plan.ts'
import { followPrices } from '../plans/follow-prices.ts'
import { refreshUsageTracker } from '../usage/refresh-usage-tracker.ts'
import { cascadeChange, cascadeNewCharge, cascadeRemoval } from './cascade-charge.ts'
import { changeChargeMetric } from './change-charge-metric.ts'
import { withItsParts, writeChargeChange, writeFilters, writeNewCharge } from './write-charge.ts'

/** A plan's charge by code, with its parts; 404 `charge_not_found`. */
export async function readCharge(reads: Reads, planId: string, code: string): Promise<PlanCharge> {
  const rows = await chargesOfPlans(reads, [planId])
  const [charge] = await chargesWithParts(
    reads,
    rows.filter((row) => row.code === code),
  )
  if (!charge) throw notFound('charge')
  return charge
}

/** The filter of a charge; 404 `charge_filter_not_found`. */
export function filterOf(charge: PlanCharge, filterId: string): ChargeFilterRow {
  const filter = charge.filters.find((each) => each.id === filterId.toLowerCase())
  if (!filter) throw notFound('charge_filter')
  return filter
}

/**
 * Adds one charge to a plan; its code is mandatory. 404 for an unknown plan, metric or tax; 422 for invalid fields.
 */
export async function createCharge(
  context: Context,
  caller: Caller,
  planCode: string,
  input: Input,
): Promise<PlanCharge> {
  return changingCharges(context, caller, planCode, isCascade(input), async (tx, plan) => {
    const metric = await metricIn(tx, input)
    const payload = accepted(readNewCharge(input, metric, { needsCode: true }))
    const place = { planId: plan.id, parentId: null, billableMetricId: metric.id }
    const row = await writeNewCharge(tx, caller, place, payload, payload.settings.code ?? '')
    const charge = await withItsParts(tx, row)
    if (isCascade(input)) await cascadeNewCharge(tx, caller, charge)
    await afterChange(tx, caller, plan, [metric.id], isCascade(input))
    return charge
  })
}

/** Updates one charge of a plan (docs/rules/pricing-models.md#editing-charges); errors as in `createCharge`. */
export async function updateCharge(
  context: Context,
  caller: Caller,
  at: { readonly planCode: string; readonly chargeCode: string },
  input: Input,
): Promise<PlanCharge> {
  return changed(context, caller, at, isCascade(input), async (tx, plan, charge) => {
    const isFrozen = await isPlanAttached(tx, plan.id)
    const isMoved = !isFrozen && !isAbsent(input.billable_metric_id)
    const own = isMoved ? await changeChargeMetric(tx, caller, charge, await metricIn(tx, input)) : charge
    await writeChargeChange(tx, caller, own, accepted(readChargeChange(input, own, own.metric, { isFrozen })))
  })
}

/** Removes a charge from a plan and returns it. */
export async function deleteCharge(
  context: Context,
  caller: Caller,
  at: { readonly planCode: string; readonly chargeCode: string },
  input: Input,
): Promise<PlanCharge> {
  return changingCharges(context, caller, at.planCode, isCascade(input), async (tx, plan) => {
    const charge = await readCharge(tx, plan.id, at.chargeCode)
    if (isCascade(input)) await cascadeRemoval(tx, caller, charge.id)
    await deleteCharges(tx, [charge.id], caller.now)
    await afterChange(tx, caller, plan, [charge.billableMetricId], isCascade(input))
    return charge
  })
}

/** The result of changing a filter: the filter with its charge. */
export type ChangedFilter = { readonly charge: PlanCharge; readonly filter: ChargeFilterRow }

/** Adds a filter to a charge; 422 `values: value_already_exists` when the charge has one with the same values. */
export async function createFilter(
  context: Context,
  caller: Caller,
  at: { readonly planCode: string; readonly chargeCode: string },
  input: Input,
): Promise<ChangedFilter> {
  let key = ''
  const charge = await changed(context, caller, at, isCascade(input), async (tx, _plan, stored) => {
    const filter = newFilterOf(stored, input)
    key = valuesKey(filter.values)
    await writeFilters(tx, caller, [{ charge: stored, wanted: [...stored.filters, filter] }])
  })
  return { charge, filter: filterWith(charge, key) }
}

/** Updates a filter; its values stay. 404 `charge_filter_not_found`. */
export async function updateFilter(
  context: Context,
  caller: Caller,
  at: { readonly planCode: string; readonly chargeCode: string; readonly filterId: string },
  input: Input,
): Promise<ChangedFilter> {
  const charge = await changed(context, caller, at, isCascade(input), async (tx, _plan, stored) => {
    await writeFilterChange(tx, caller, stored, filterOf(stored, at.filterId), input)
  })
  return { charge, filter: filterOf(charge, at.filterId) }
}

/** Removes a filter from a charge and returns it. 404 `charge_filter_not_found`. */
export async function deleteFilter(
  context: Context,
  caller: Caller,
  at: { readonly planCode: string; readonly chargeCode: string; readonly filterId: string },
  input: Input,
): Promise<ChangedFilter> {
  let deleted: ChargeFilterRow | undefined
  const charge = await changed(context, caller, at, isCascade(input), async (tx, _plan, stored) => {
    deleted = filterOf(stored, at.filterId)
    await writeFilters(tx, caller, [{ charge: stored, wanted: without(stored.filters, deleted) }])
  })
  if (!deleted) throw notFound('charge_filter')
  return { charge, filter: deleted }
}

/**
 * A new filter for a charge; 422 on `values` when it has one with the same values, or one that matches the same
 * events.
 */
export function newFilterOf(charge: PlanCharge, input: Input): FilterSettings {
  const declared = declaredValues(charge.metric.filters)
  const filter = accepted(readNewFilter(input, { model: charge.chargeModel, declared }))
  if (charge.filters.some((each) => valuesKey(each.values) === valuesKey(filter.values))) {
    throw invalid({ values: ['value_already_exists'] })
  }
  const values = [...charge.filters.map((each) => each.values), filter.values]
  if (hasAmbiguousFilters(values, declared, filter.values)) throw invalid({ values: [OVERLAPPING_FILTERS] })
  return filter
}

/** Writes a change of one filter of a charge. */
export async function writeFilterChange(
  tx: Tx,
  caller: Caller,
  charge: PlanCharge,
  filter: ChargeFilterRow,
  input: Input,
): Promise<void> {
  const change = accepted(readFilterChange(input, filter, charge.chargeModel))
  const filters = charge.filters.map((each) => (each.id === filter.id ? change : each))
  await writeFilters(tx, caller, [{ charge, wanted: filters }])
}

/** A charge's filter with the given values. */
export function filterWith(charge: PlanCharge, key: string): ChargeFilterRow {
  const filter = charge.filters.find((each) => valuesKey(each.values) === key)
  if (!filter) throw new Error('the filter was not written')
  return filter
}

export function without<T extends { readonly id: string }>(list: readonly T[], gone: T): T[] {
  return list.filter((each) => each.id !== gone.id)
}

/** Whether a payload asks to cascade the change to copies of the plan (docs/rules/plans.md#cascades). */
export function isCascade(input: Input): boolean {
  return input.cascade_updates === true || input.cascade_updates === 'true'
}

/** Follow-up to a change of a plan's charges: updates the metrics' running state and flags drafts with the plan. */
export async function afterChange(
  tx: Tx,
  caller: Caller,
  plan: Pick<PlanRow, 'id'>,
  metricIds: readonly string[],
  isCascaded: boolean,
): Promise<void> {
  for (const metricId of new Set(metricIds)) await refreshUsageTracker(tx, caller, metricId)
  const children = isCascaded ? await childPlansInUse(tx, plan.id) : []
  await followPrices(tx, caller, [plan.id, ...children.map((child) => child.id)])
}

/** The metric in a payload; 404 `billable_metric_not_found`. */
async function metricIn(tx: Tx, input: Input): Promise<BillableMetricRow> {
  const id = typeof input.billable_metric_id === 'string' ? input.billable_metric_id.toLowerCase() : ''
  const metric = isId(id) ? (await billableMetricsByIds(tx, [id])).get(id) : undefined
  if (!metric) throw notFound('billable_metric')
  return metric
}

/** Runs a change of the charges of a plan (see `changingPlan`): what its subscriptions owe is charged at the prices before. */
function changingCharges<T>(
  context: Context,
  caller: Caller,
  code: string,
  isCascaded: boolean,
  change: (tx: Tx, plan: PlanRow) => Promise<T>,
): Promise<T> {
  return changingPlan(context, caller, code, isCascaded, async (tx, plan) => {
    await settleAdvanceUsage(context, tx, caller, { planCode: code })
    return change(tx, plan)
  })
}

async function changed(
  context: Context,
  caller: Caller,
  at: { readonly planCode: string; readonly chargeCode: string },
  isCascaded: boolean,
  change: (tx: Tx, plan: PlanRow, charge: PlanCharge) => Promise<void>,
): Promise<PlanCharge> {
  return changingCharges(context, caller, at.planCode, isCascaded, async (tx, plan) => {
    const before = await readCharge(tx, plan.id, at.chargeCode)
    await change(tx, plan, before)
    const after = await rereadCharge(tx, plan.id, before.id)
    if (isCascaded) await cascadeChange(tx, caller, before, after)
    await afterChange(tx, caller, plan, [before.billableMetricId, after.billableMetricId], isCascaded)
    return after
  })
}

/** A plan's charge by id, with its current parts. */
export async function rereadCharge(reads: Reads, planId: string, id: string): Promise<PlanCharge> {
  const row = (await chargesOfPlans(reads, [planId])).find((each) => each.id === id)
  if (!row) throw notFound('charge')
  return withItsParts(reads, row)
}
