import { BUILT_IN_ROLES } from '../core/members/member-permissions.ts'
import type { RoleRow } from '../store/roles.ts'
import { isoSeconds } from './times.ts'

const NAMES: Readonly<Record<string, string>> = { admin: 'Admin', finance: 'Finance', manager: 'Manager' }

/** A role that the organization defines, and how many members have it. */
export function toWireRole(role: RoleRow, members: ReadonlyMap<string, number>): object {
  return {
    code: role.code,
    name: role.name,
    description: role.description,
    is_built_in: false,
    permissions: role.permissions,
    members_count: members.get(role.code) ?? 0,
    created_at: isoSeconds(role.createdAt),
    updated_at: isoSeconds(role.updatedAt),
  }
}

/** The roles that every organization has. */
export function toWireBuiltInRoles(members: ReadonlyMap<string, number>): object[] {
  return Object.entries(BUILT_IN_ROLES).map(([code, permissions]) => ({
    code,
    name: NAMES[code] ?? code,
    description: null,
    is_built_in: true,
    permissions,
    members_count: members.get(code) ?? 0,
    created_at: null,
    updated_at: null,
  }))
}
