import { forbidden, notAllowed, notFound } from '../../core/refusal.ts'
import type { Database, Tx } from '../../store/database.ts'
import {
  countMembershipsOf,
  deleteMembership,
  listMembers,
  listRolesOfOthers,
  type MemberRow,
  updateMemberRoles,
} from '../../store/members.ts'
import { lockMembers } from '../../store/roles.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { type Actor, logSecurity } from '../security-logs/log-security.ts'
import { createResetLink } from '../users/reset-password.ts'
import { checkChangedRoles, checkGivenRoles, type Rights } from './given-roles.ts'

/** A member of the organization; 404 for any other id. */
export async function findMember(database: Database, organizationId: string, id: string): Promise<MemberRow> {
  const [member] = await listMembers(database.system, organizationId, id)
  if (!member) throw notFound('member')
  return member
}

/**
 * Gives a member other roles. 404 for an unknown member, 405 `last_admin` when nobody would be an admin any more, 403
 * for rights that the caller does not have.
 */
export async function changeMemberRoles(
  context: Context,
  caller: Caller,
  { id, roles, own, actor }: { id: string; roles: readonly string[]; own: Rights; actor: Actor },
): Promise<MemberRow> {
  const { organizationId } = caller
  await inTransaction(context.database, organizationId, async (tx) => {
    await lockMembers(tx)
    const member = await findMember(context.database, organizationId, id)
    await checkGivenRoles(tx, roles, own)
    await checkChangedRoles(tx, member.roles, own)
    if (!roles.includes('admin')) await keepAnAdmin(tx, member)
    await updateMemberRoles(tx, id, roles)
    const change = { email: member.email, roles: [member.roles, roles] }
    await logSecurity(context, tx, organizationId, 'user.role_edited', actor, change)
  })
  return findMember(context.database, organizationId, id)
}

/**
 * Ends a membership. 404 for an unknown member, 405 `cannot_revoke_own_membership` and `last_admin`, 403 for a member
 * who may do more than the caller.
 */
export async function removeMember(
  context: Context,
  caller: Caller,
  { id, own, actor }: { id: string; own: Rights; actor: Actor },
): Promise<MemberRow> {
  const { organizationId } = caller
  return inTransaction(context.database, organizationId, async (tx) => {
    await lockMembers(tx)
    const member = await findMember(context.database, organizationId, id)
    if (member.userId === actor.userId) throw notAllowed('cannot_revoke_own_membership')
    await checkChangedRoles(tx, member.roles, own)
    await keepAnAdmin(tx, member)
    await deleteMembership(tx, id)
    const gone = { email: member.email, roles: member.roles }
    await logSecurity(context, tx, organizationId, 'user.deleted', actor, gone)
    return member
  })
}

async function keepAnAdmin(tx: Tx, member: MemberRow): Promise<void> {
  if (!member.roles.includes('admin')) return
  const others = await listRolesOfOthers(tx, member.id)
  if (!others.some((roles) => roles.includes('admin'))) throw notAllowed('last_admin')
}

/**
 * Makes a link with which a member sets a new password; gives its URL. 403 `member_of_other_organizations`: whoever has
 * the link gets into those too, and only the operator may open them.
 */
export async function resetMemberPassword(
  context: Context,
  caller: Caller,
  { id, own, actor }: { id: string; own: Rights; actor: Actor },
): Promise<string> {
  const { organizationId } = caller
  const member = await findMember(context.database, organizationId, id)
  if ((await countMembershipsOf(context.database.system, member.userId)) > 1) {
    throw forbidden('member_of_other_organizations')
  }
  await inTransaction(context.database, organizationId, async (tx) => {
    await checkChangedRoles(tx, member.roles, own)
    const about = { email: member.email }
    await logSecurity(context, tx, organizationId, 'user.password_reset_requested', actor, about)
  })
  return createResetLink(context, member.userId)
}
