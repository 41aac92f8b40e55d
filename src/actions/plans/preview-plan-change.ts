import type { Input } from '../../core/input/fields.ts'
import { tidyId } from '../../core/input/ids.ts'
import { type KeptPrice, keptPrices, repricesBetween } from '../../core/plans/kept-prices.ts'
import { addOnOf, type ChangeablePlan, planAfter } from '../../core/plans/plan-after.ts'
import { type PlanChange, planChanges } from '../../core/plans/plan-changes.ts'
import { type DefinedPlan, definitionOf } from '../../core/plans/plan-definition.ts'
import { readEntries } from '../../core/plans/plan-parts.ts'
import { namedInPlan } from '../../core/plans/previewed-plan.ts'
import { Problems } from '../../core/problems.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { findAddOns } from '../../store/add-ons.ts'
import { billableMetricsByIds } from '../../store/billable-metrics.ts'
import type { Reads } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import { copiedCharges, copiesInUse, countOnPlan, type PlanCopyRow } from '../../store/plan-copies.ts'
import { findPlan, isPlanAttached, withParts } from '../../store/plans.ts'
import type { Caller, Context } from '../context.ts'

/** A subscription with prices of its own that keeps some of them although the plan changes. */
export type KeepingSubscription = PlanCopyRow & { readonly kept: readonly KeptPrice[] }

/** What an update of a plan would change, and for whom. */
export type PlanChangePreview = {
  readonly changes: readonly PlanChange[]
  /** Active and pending subscriptions on the plan itself. */
  readonly onPlan: number
  /** Those with prices of their own. */
  readonly overridden: number
  /** Of these, those that a cascade does not reach as a whole. */
  readonly keeping: readonly KeepingSubscription[]
}

/**
 * What an update of a plan with `input` would change, and for which subscriptions (docs/rules/plans.md#versions).
 * Nothing is written. 404 `plan_not_found`, `billable_metrics_not_found`, `add_ons_not_found`; 422 as in the update.
 */
export async function previewPlanChange(
  { database }: Context,
  caller: Caller,
  code: string,
  input: Input,
): Promise<PlanChangePreview> {
  return database.read(caller, async (reads) => {
    const row = await findPlan(reads, code)
    if (!row) throw notFound('plan')
    const [plan] = await withParts(reads, [row])
    if (!plan) throw notFound('plan')
    const after = await planAfterIn(reads, plan, input)
    return {
      changes: planChanges(definitionOf(plan), definitionOf(after)),
      onPlan: await countOnPlan(reads, plan.id),
      ...(await copiesWithOwnPrices(reads, { id: plan.id, before: plan, after })),
    }
  })
}

async function planAfterIn(
  reads: Reads,
  plan: ChangeablePlan & { readonly id: string },
  input: Input,
): Promise<DefinedPlan> {
  const { metricIds } = namedInPlan(input)
  const stored = new Set(plan.fixedCharges.map(({ id }) => id))
  const added = (readEntries(input, 'fixed_charges', new Problems()) ?? []).filter(
    ({ id }) => typeof id !== 'string' || !stored.has(id.toLowerCase()),
  )
  const textsIn = (key: string) =>
    added.flatMap(({ [key]: text }) => (typeof text === 'string' ? [text] : []))
  const ids = textsIn('add_on_id').filter(isId)
  const [metrics, addOns, isFrozen] = await Promise.all([
    billableMetricsByIds(reads, metricIds.filter(isId)),
    findAddOns(reads, { ids, codes: textsIn('add_on_code').map(tidyId) }),
    isPlanAttached(reads, plan.id),
  ])
  if (metricIds.some((id) => !metrics.has(id))) throw notFound('billable_metrics')
  if (!added.every((entry) => addOnOf(entry, addOns))) throw notFound('add_ons')
  return accepted(planAfter(plan, input, { isFrozen, metrics, addOns }))
}

async function copiesWithOwnPrices(
  reads: Reads,
  { id, before, after }: { readonly id: string; readonly before: DefinedPlan; readonly after: DefinedPlan },
): Promise<Pick<PlanChangePreview, 'overridden' | 'keeping'>> {
  const copies = await copiesInUse(reads, id)
  if (copies.length === 0) return { overridden: 0, keeping: [] }
  const reprices = repricesBetween(before, after)
  const { charges, fixedCharges } = await copiedCharges(reads, {
    chargeIds: reprices.charges.map(({ was }) => was.id),
    fixedChargeIds: reprices.fixedCharges.map(({ was }) => was.id),
  })
  const keeping = copies.flatMap((copy) => {
    const { planId, amountCents } = copy
    const kept = keptPrices(reprices, {
      amountCents,
      charges: charges.get(planId) ?? [],
      fixedCharges: fixedCharges.get(planId) ?? [],
    })
    return kept.length === 0 ? [] : [{ ...copy, kept }]
  })
  return { overridden: copies.length, keeping }
}
