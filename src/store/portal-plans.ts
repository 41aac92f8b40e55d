import { addOnsByIds } from './add-ons.ts'
import type { Reads, Tx } from './database.ts'
import { loadPlansForBilling, type PlanWithParts } from './plans.ts'

/** The plans between which customers may change by themselves, with their parts; deleted ones are not among them. */
export async function readPortalPlans(reads: Reads): Promise<readonly PlanWithParts[]> {
  const rows = await offered(reads).select('p.id').execute()
  const plans = await loadPlansForBilling(
    reads,
    rows.map(({ id }) => id),
  )
  return rows.flatMap(({ id }) => plans.get(id) ?? [])
}

/** The names of the add-ons that fixed charges of plans sell, by id. */
export async function addOnNamesOf(
  reads: Reads,
  plans: readonly PlanWithParts[],
): Promise<ReadonlyMap<string, string>> {
  const ids = plans.flatMap(({ fixedCharges }) => fixedCharges.map(({ addOnId }) => addOnId))
  const addOns = await addOnsByIds(reads, [...new Set(ids)])
  return new Map([...addOns].map(([id, { invoiceDisplayName, name }]) => [id, invoiceDisplayName || name]))
}

/** The codes of these plans. */
export async function readPortalPlanCodes(reads: Reads): Promise<readonly string[]> {
  return (await offered(reads).select('p.code').execute()).map(({ code }) => code)
}

function offered(reads: Reads) {
  return reads
    .selectFrom('portalPlans as o')
    .innerJoin('plans as p', (join) =>
      join.onRef('p.organizationId', '=', 'o.organizationId').onRef('p.id', '=', 'o.planId'),
    )
    .where('p.deletedAt', 'is', null)
    .where('p.isPendingDeletion', '=', false)
    .orderBy('p.createdAt')
    .orderBy('p.id')
}

/** Sets which plans these are. */
export async function replacePortalPlans(
  tx: Tx,
  organizationId: string,
  planIds: readonly string[],
): Promise<void> {
  await tx.deleteFrom('portalPlans').where('organizationId', '=', organizationId).execute()
  if (planIds.length === 0) return
  await tx
    .insertInto('portalPlans')
    .values(planIds.map((planId) => ({ organizationId, planId })))
    .execute()
}
