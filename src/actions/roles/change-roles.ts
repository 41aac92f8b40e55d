import { notAllowed, notFound } from '../../core/refusal.ts'
import type { NewRole, RoleChange } from '../../core/roles/role-input.ts'
import type { Tx } from '../../store/database.ts'
import { refusingDuplicates } from '../../store/duplicates.ts'
import { newId } from '../../store/ids.ts'
import { stamps } from '../../store/organizations.ts'
import {
  deleteRole as dropRole,
  findOwnRole,
  insertRole,
  isRoleUsed,
  lockMembers,
  type RoleRow,
  updateRole as writeRole,
} from '../../store/roles.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { checkGivenPermissions, type Rights } from '../members/given-roles.ts'
import { type Actor, logSecurity } from '../security-logs/log-security.ts'

type Who = { readonly own: Rights; readonly actor: Actor }

/** Defines a role. 422 for a code that is taken, 403 for permissions that the caller does not have. */
export async function createRole(
  context: Context,
  { organizationId }: Caller,
  role: NewRole,
  { own, actor }: Who,
): Promise<RoleRow> {
  checkGivenPermissions(role.permissions, own)
  return inTransaction(context.database, organizationId, async (tx) => {
    const { permissions, ...named } = role
    const row = { organizationId, id: newId(), ...named, permissions: [...permissions] }
    const writing = insertRole(tx, { ...row, ...stamps(context.systemNow()) })
    const made = await refusingDuplicates(writing, 'roles_organization_id_code_key', 'code')
    await logSecurity(context, tx, organizationId, 'role.created', actor, { code: role.code, permissions })
    return made
  })
}

/** Changes a role that the organization defines; its members may do at once what it says then. */
export async function updateRole(
  context: Context,
  { organizationId }: Caller,
  code: string,
  { permissions, ...named }: RoleChange,
  { own, actor }: Who,
): Promise<RoleRow> {
  return inTransaction(context.database, organizationId, async (tx) => {
    await lockMembers(tx)
    const role = await ownRole(tx, code)
    checkGivenPermissions(permissions ?? [], own)
    const updatedAt = ts(context.systemNow())
    const set = {
      ...named,
      ...(permissions === undefined ? {} : { permissions: [...permissions] }),
      updatedAt,
    }
    const changed = await writeRole(tx, role.id, set)
    const change = { code, permissions: [role.permissions, changed.permissions] }
    await logSecurity(context, tx, organizationId, 'role.updated', actor, change)
    return changed
  })
}

/** Deletes a role. 405 `role_in_use` while a member or an open invitation has it. */
export async function deleteRole(
  context: Context,
  { organizationId }: Caller,
  code: string,
  { actor }: Who,
): Promise<RoleRow> {
  return inTransaction(context.database, organizationId, async (tx) => {
    await lockMembers(tx)
    const role = await ownRole(tx, code)
    if (await isRoleUsed(tx, code)) throw notAllowed('role_in_use')
    await dropRole(tx, role.id)
    await logSecurity(context, tx, organizationId, 'role.deleted', actor, { code })
    return role
  })
}

async function ownRole(tx: Tx, code: string): Promise<RoleRow> {
  const role = await findOwnRole(tx, code)
  if (!role) throw notFound('role')
  return role
}
