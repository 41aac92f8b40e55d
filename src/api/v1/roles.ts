import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { createRole, deleteRole, updateRole } from '../../actions/roles/change-roles.ts'
import { accepted } from '../../core/refusal.ts'
import { readNewRole, readRoleChange } from '../../core/roles/role-input.ts'
import { countMembersByRole, listOwnRoles, type RoleRow } from '../../store/roles.ts'
import { toWireBuiltInRoles, toWireRole } from '../../wire/roles.ts'
import { whoOf } from '../actor.ts'
import { rootOf } from '../params.ts'
import { roleSchemas } from '../schemas/roles.ts'

type ByCode = { Params: { code: string } }

/** The roles of an organization: three that all have, and its own; only for members. */
export function rolesRoutes(app: FastifyInstance, context: Context): void {
  const show = async (organizationId: string, role: RoleRow) => ({
    role: toWireRole(role, await context.database.read(organizationId, countMembersByRole)),
  })
  app.get('/roles', { config: { permission: 'roles:view' }, schema: roleSchemas.list }, async ({ caller }) =>
    context.database.read(caller, async (reads) => {
      const [own, members] = await Promise.all([listOwnRoles(reads), countMembersByRole(reads)])
      return { roles: [...toWireBuiltInRoles(members), ...own.map((role) => toWireRole(role, members))] }
    }),
  )
  app.post(
    '/roles',
    { config: { permission: 'roles:create' }, schema: roleSchemas.create },
    async (request) => {
      const role = accepted(readNewRole(rootOf(request.body, 'role')))
      const made = await createRole(context, request.caller, role, whoOf(request))
      return show(made.organizationId, made)
    },
  )
  app.put<ByCode>(
    '/roles/:code',
    { config: { permission: 'roles:update' }, schema: roleSchemas.update },
    async (request) => {
      const change = accepted(readRoleChange(rootOf(request.body, 'role')))
      const { code } = request.params
      const changed = await updateRole(context, request.caller, code, change, whoOf(request))
      return show(changed.organizationId, changed)
    },
  )
  app.delete<ByCode>(
    '/roles/:code',
    { config: { permission: 'roles:delete' }, schema: roleSchemas.destroy },
    async (request) => {
      const gone = await deleteRole(context, request.caller, request.params.code, whoOf(request))
      return { role: toWireRole(gone, new Map()) }
    },
  )
}
