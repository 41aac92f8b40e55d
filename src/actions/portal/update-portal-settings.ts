import type { PortalPart } from '../../core/portal/portal-parts.ts'
import { type OrganizationRow, updateOrganization } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'

/** Sets which parts of the portal customers see; it holds from their next request on. */
export async function updatePortalSettings(
  context: Context,
  caller: Caller,
  parts: readonly PortalPart[],
): Promise<OrganizationRow> {
  return inTransaction(context.database, caller, (tx) =>
    updateOrganization(tx, caller.organizationId, { portalParts: [...parts], updatedAt: ts(caller.now) }),
  )
}
