import type { OrganizationRow } from '../../store/organizations.ts'
import type { SessionOfUser } from '../../store/sessions.ts'
import { inSystemTransaction } from '../../store/transaction.ts'
import { insertMembership } from '../../store/users.ts'
import type { Context } from '../context.ts'
import { writeOrganization } from './create-organization.ts'

/** Makes another organization of a user, who is its admin. */
export async function createOwnOrganization(
  context: Context,
  session: SessionOfUser,
  input: { readonly name: string; readonly country: string | null; readonly isSandbox: boolean },
): Promise<OrganizationRow> {
  return inSystemTransaction(context.database, async (tx) => {
    const organization = await writeOrganization(context, tx, { ...input, email: session.email })
    const { userId } = session
    const now = context.systemNow()
    await insertMembership(tx, { organizationId: organization.id, userId, roles: ['admin'], now })
    return organization
  })
}
