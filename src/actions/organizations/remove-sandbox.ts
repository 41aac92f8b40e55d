import { conflict, forbidden, notFound } from '../../core/refusal.ts'
import { removeFolderOf } from '../../gateways/files/folder.ts'
import type { OrganizationRow } from '../../store/organizations.ts'
import { deleteSandbox, lockSandbox } from '../../store/sandbox-removal.ts'
import { inSystemTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Removes the caller's sandbox with everything that is of it: objects, events, documents, keys, members. 403
 * `not_a_sandbox` for a live organization, 409 `clock_is_advancing` while its clock is moved.
 */
export async function removeSandbox(context: Context, caller: Caller): Promise<OrganizationRow> {
  const { organizationId, organization } = caller
  if (!organization.isSandbox) throw forbidden('not_a_sandbox')
  await inSystemTransaction(context.database, async (tx) => {
    const clock = await lockSandbox(tx, organizationId)
    if (!clock) throw notFound('organization')
    if (clock.isAdvancing) throw conflict('clock_is_advancing')
    await deleteSandbox(tx, organizationId)
  })
  const { folder } = context.settings.documents
  if (folder !== null) await removeFolderOf(folder, organizationId)
  context.log.info({ organizationId, slug: organization.slug }, 'a sandbox was removed')
  return organization
}
