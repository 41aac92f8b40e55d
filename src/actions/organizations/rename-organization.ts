import { notFound } from '../../core/refusal.ts'
import { findOrganization, type OrganizationRow, updateOrganization } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Context } from '../context.ts'

/** Updates an organization for the operator, or renames it for a member; null leaves a field unchanged. 404 for an unknown id. */
export async function renameOrganization(
  context: Context,
  id: string,
  change: { readonly name: string | null; readonly premiumIntegrations: readonly string[] | null },
): Promise<OrganizationRow> {
  if (!(await findOrganization(context.database, id))) throw notFound('organization')
  return inTransaction(context.database, id, (tx) =>
    updateOrganization(tx, id, {
      updatedAt: ts(context.systemNow()),
      ...(change.name === null ? {} : { name: change.name }),
      ...(change.premiumIntegrations === null
        ? {}
        : { premiumIntegrations: [...change.premiumIntegrations] }),
    }),
  )
}
