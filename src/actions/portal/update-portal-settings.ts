import type { PortalSettings } from '../../core/portal/portal-parts.ts'
import { notFound } from '../../core/refusal.ts'
import { planIdsOfCodes } from '../../store/coupons.ts'
import { changePortalBrand, type OrganizationRow, updateOrganization } from '../../store/organizations.ts'
import { readPortalPlanCodes, replacePortalPlans } from '../../store/portal-plans.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'

/** What customers see of the portal. */
export type ShownSettings = { readonly row: OrganizationRow; readonly planCodes: readonly string[] }

/**
 * Sets which parts of the portal customers see, between which plans they may change, and its look; it holds from their
 * next request on. 404 `plans_not_found` when one of the plans does not exist.
 */
export async function updatePortalSettings(
  context: Context,
  caller: Caller,
  { parts, planCodes, brand }: PortalSettings,
): Promise<ShownSettings> {
  const { organizationId } = caller
  return inTransaction(context.database, caller, async (tx) => {
    if (planCodes !== undefined) {
      const ids = await planIdsOfCodes(tx, planCodes)
      if (ids.length < planCodes.length) throw notFound('plans')
      await replacePortalPlans(tx, organizationId, ids)
    }
    await changePortalBrand(tx, organizationId, brand)
    const row = await updateOrganization(tx, organizationId, {
      portalParts: [...parts],
      updatedAt: ts(caller.now),
    })
    return { row, planCodes: await readPortalPlanCodes(tx) }
  })
}
