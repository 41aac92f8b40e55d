import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { changeMemberRoles, removeMember, resetMemberPassword } from '../../actions/members/change-member.ts'
import { readRolesOnly } from '../../core/invitations/invitation-input.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { isId } from '../../store/ids.ts'
import { listMembers } from '../../store/members.ts'
import { toWireMember } from '../../wire/members.ts'
import { requireConfirmation, whoOf } from '../actor.ts'
import { rootOf } from '../params.ts'
import { memberSchemas } from '../schemas/members.ts'

type ById = { Params: { id: string } }

/** The members of an organization; only for members. */
export function membersRoutes(app: FastifyInstance, context: Context): void {
  app.get(
    '/members',
    { config: { permission: 'organization:members:view' }, schema: memberSchemas.list },
    async ({ caller }) => {
      const members = await listMembers(context.database.system, caller.organizationId)
      return { members: members.map(toWireMember) }
    },
  )
  app.put<ById>(
    '/members/:id',
    { config: { permission: 'organization:members:update' }, schema: memberSchemas.update },
    async (request) => {
      const id = idOf(request.params)
      const roles = accepted(readRolesOnly(rootOf(request.body, 'member')))
      const member = await changeMemberRoles(context, request.caller, { id, roles, ...whoOf(request) })
      return { member: toWireMember(member) }
    },
  )
  app.delete<ById>(
    '/members/:id',
    { config: { permission: 'organization:members:delete' }, schema: memberSchemas.destroy },
    async (request) => {
      const id = idOf(request.params)
      return { member: toWireMember(await removeMember(context, request.caller, { id, ...whoOf(request) })) }
    },
  )
  app.post<ById>(
    '/members/:id/password_reset',
    {
      config: { permission: 'organization:members:update', isSecret: true },
      schema: memberSchemas.resetPassword,
    },
    async (request) => {
      const id = idOf(request.params)
      requireConfirmation(context, request)
      const url = await resetMemberPassword(context, request.caller, { id, ...whoOf(request) })
      return { password_reset: { url } }
    },
  )
}

function idOf({ id }: { readonly id: string }): string {
  if (!isId(id)) throw notFound('member')
  return id
}
