import type { Input } from '../../core/input/fields.ts'
import { freeChargeCode } from '../../core/plans/charge-codes.ts'
import { readChargeChange, readNewCharge } from '../../core/plans/charge-settings.ts'
import { isAbsent } from '../../core/pricing/amounts-check.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { type BillableMetricRow, billableMetricsByIds } from '../../store/billable-metrics.ts'
import { chargeCodesOf, chargesOfPlans, deleteCharges } from '../../store/charges.ts'
import type { Tx } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import { chargesWithParts, type PlanCharge, type PlanRow } from '../../store/plans.ts'
import { cascadeChange, cascadeNewCharge, cascadeRemoval } from '../charges/cascade-charge.ts'
import { changeChargeMetric } from '../charges/change-charge-metric.ts'
import { rereadCharge } from '../charges/change-charges.ts'
import { withItsParts, writeChargeChange, writeNewCharge } from '../charges/write-charge.ts'
import type { Caller } from '../context.ts'

type Options = { readonly isFrozen: boolean; readonly isCascaded: boolean }

/**
 * Replaces a plan's charges with the list in a payload (docs/rules/plans.md#changing-a-plan): entries with the id of
 * a charge update it, others are new, charges not in the list are deleted. Returns the ids of the affected metrics.
 * 404 `billable_metrics_not_found`, `tax_not_found`; 422 for invalid entries.
 */
export async function writePlanCharges(
  tx: Tx,
  caller: Caller,
  plan: PlanRow,
  entries: readonly Input[],
  options: Options,
): Promise<readonly string[]> {
  const stored = await chargesWithParts(tx, await chargesOfPlans(tx, [plan.id]))
  const byId = new Map(stored.map((charge) => [charge.id, charge]))
  const metrics = await metricsOf(
    tx,
    entries.filter((entry) => !byId.has(idIn(entry, 'id')) || !isAbsent(entry.billable_metric_id)),
  )
  const listed = new Set(entries.map((entry) => idIn(entry, 'id')))
  const gone = stored.filter((charge) => !listed.has(charge.id))
  await removeCharges(tx, caller, gone, options)
  for (const entry of entries) {
    const charge = byId.get(idIn(entry, 'id'))
    if (charge) await changeCharge(tx, caller, charge, entry, metrics, options)
    else await addCharge(tx, caller, plan, entry, metrics, options)
  }
  return [...stored.map((charge) => charge.billableMetricId), ...metrics.keys()]
}

async function removeCharges(
  tx: Tx,
  caller: Caller,
  gone: readonly PlanCharge[],
  options: Options,
): Promise<void> {
  if (options.isCascaded) for (const charge of gone) await cascadeRemoval(tx, caller, charge.id)
  await deleteCharges(
    tx,
    gone.map((charge) => charge.id),
    caller.now,
  )
}

async function changeCharge(
  tx: Tx,
  caller: Caller,
  charge: PlanCharge,
  entry: Input,
  metrics: ReadonlyMap<string, BillableMetricRow>,
  options: Options,
): Promise<void> {
  const metric = options.isFrozen ? undefined : metrics.get(idIn(entry, 'billable_metric_id'))
  const own = metric ? await changeChargeMetric(tx, caller, charge, metric) : charge
  await writeChargeChange(tx, caller, own, accepted(readChargeChange(entry, own, own.metric, options)))
  if (!options.isCascaded) return
  await cascadeChange(tx, caller, charge, await rereadCharge(tx, charge.planId, charge.id))
}

async function addCharge(
  tx: Tx,
  caller: Caller,
  plan: PlanRow,
  entry: Input,
  metrics: ReadonlyMap<string, BillableMetricRow>,
  options: Options,
): Promise<void> {
  const metric = metrics.get(idIn(entry, 'billable_metric_id'))
  if (!metric) throw notFound('billable_metrics')
  const payload = accepted(readNewCharge(entry, metric, { needsCode: false }))
  const code = payload.settings.code ?? freeChargeCode(metric.code, await chargeCodesOf(tx, plan.id))
  const place = { planId: plan.id, parentId: null, billableMetricId: metric.id }
  const row = await writeNewCharge(tx, caller, place, payload, code)
  if (options.isCascaded) await cascadeNewCharge(tx, caller, await withItsParts(tx, row))
}

/** The metrics of the entries, all of which must exist (docs/rules/plans.md). */
async function metricsOf(tx: Tx, entries: readonly Input[]): Promise<ReadonlyMap<string, BillableMetricRow>> {
  const ids = new Set(entries.map((entry) => idIn(entry, 'billable_metric_id')))
  const metrics = await billableMetricsByIds(tx, [...ids].filter(isId))
  if (metrics.size < ids.size) throw notFound('billable_metrics')
  return metrics
}

function idIn(entry: Input, key: string): string {
  const id = entry[key]
  return typeof id === 'string' ? id.toLowerCase() : ''
}
