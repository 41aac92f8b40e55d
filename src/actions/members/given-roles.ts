import {
  BUILT_IN_CODES,
  type MemberPermission,
  permissionsOfRoles,
} from '../../core/members/member-permissions.ts'
import { forbidden, invalid } from '../../core/refusal.ts'
import type { Reads } from '../../store/database.ts'
import { listOwnRoles } from '../../store/roles.ts'

/** Who gives rights to others, and what they may do themselves. */
export type Rights = ReadonlySet<MemberPermission>

/**
 * Refuses roles that the organization does not have (422 `invalid_role`), and those that may do more than who gives
 * them (403 `cannot_grant_admin` or `cannot_grant_more`): otherwise whoever may invite could make themselves an admin.
 */
export async function checkGivenRoles(reads: Reads, roles: readonly string[], own: Rights): Promise<void> {
  const defined = await definedRoles(reads)
  const isUnknown = (code: string) => !BUILT_IN_CODES.includes(code) && !defined.has(code)
  if (roles.some(isUnknown)) throw invalid({ roles: ['invalid_role'] })
  if (!exceeds(permissionsOfRoles(roles, defined), own)) return
  if (roles.includes('admin')) throw forbidden('cannot_grant_admin')
  throw forbidden('cannot_grant_more')
}

/** Refuses to change a member who may do more than who changes them. */
export async function checkChangedRoles(reads: Reads, roles: readonly string[], own: Rights): Promise<void> {
  const permissions = permissionsOfRoles(roles, await definedRoles(reads))
  if (exceeds(permissions, own)) throw forbidden('cannot_grant_more')
}

/** Refuses permissions of a role that whoever writes it does not have. */
export function checkGivenPermissions(permissions: readonly MemberPermission[], own: Rights): void {
  if (exceeds(new Set(permissions), own)) throw forbidden('cannot_grant_more')
}

function exceeds(given: Rights, own: Rights): boolean {
  return [...given].some((permission) => !own.has(permission))
}

async function definedRoles(reads: Reads): Promise<ReadonlyMap<string, readonly string[]>> {
  return new Map((await listOwnRoles(reads)).map(({ code, permissions }) => [code, permissions]))
}
