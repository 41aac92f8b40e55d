import type { NewInvitations } from '../../core/invitations/invitation-input.ts'
import { invalid, notFound } from '../../core/refusal.ts'
import {
  findOpenInvite,
  findOpenInvitesOf,
  type InviteRow,
  insertInvite,
  renewInvite,
  revokeInvite,
} from '../../store/invitations.ts'
import { findMemberEmails } from '../../store/members.ts'
import { lockMembers } from '../../store/roles.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { queueInvitationMail } from '../mails/user-mails.ts'
import { checkGivenRoles, type Rights } from '../members/given-roles.ts'
import { type Actor, logSecurity } from '../security-logs/log-security.ts'
import { newInvitationToken } from '../users/link-tokens.ts'
import { isExpired } from './accept-invitation.ts'

/** An invitation and its link, which is shown only now. */
export type MadeInvitation = {
  readonly invite: InviteRow
  readonly url: string
  /** A mail with a link is on its way. */
  readonly isMailed: boolean
}

type Who = { readonly own: Rights; readonly actor: Actor }

/**
 * Invites addresses, all or none of them, by mail where the installation mails users. 422 `email_already_used` for members and `invite_already_exists` for whom an
 * invitation is open; one that has expired is replaced.
 */
export async function inviteMembers(
  context: Context,
  { organizationId, organization }: Caller,
  { emails, roles }: NewInvitations,
  { own, actor }: Who,
): Promise<readonly MadeInvitation[]> {
  const now = context.systemNow()
  const key = emails.length === 1 ? 'email' : 'emails'
  return inTransaction(context.database, organizationId, async (tx) => {
    await lockMembers(tx)
    await checkGivenRoles(tx, roles, own)
    const members = await findMemberEmails(context.database.system, organizationId, emails)
    if (members.length > 0) throw invalid({ [key]: ['email_already_used'] })
    const open = await findOpenInvitesOf(tx, emails)
    if (open.some((invite) => !isExpired(invite, now))) throw invalid({ [key]: ['invite_already_exists'] })
    for (const invite of open) await revokeInvite(tx, invite.id, now)
    const made: MadeInvitation[] = []
    for (const email of emails) {
      const token = newInvitationToken()
      const fresh = { organizationId, email, token, roles, invitedBy: actor.userEmail, now }
      const invite = await insertInvite(tx, fresh)
      const isMailed = await queueInvitationMail(context, tx, organization, invite)
      made.push({ invite, url: urlOf(context, token), isMailed })
      await logSecurity(context, tx, organizationId, 'user.invited', actor, { email, roles })
    }
    return made
  })
}

/** Gives an open invitation another link, and mails it; those before are void. 404 for an id that is none. */
export async function renewInvitation(
  context: Context,
  { organizationId, organization }: Caller,
  id: string,
  { own, actor }: Who,
): Promise<MadeInvitation> {
  return inTransaction(context.database, organizationId, async (tx) => {
    await lockMembers(tx)
    const invite = await findOpenInvite(tx, id)
    if (!invite) throw notFound('invitation')
    await checkGivenRoles(tx, invite.roles, own)
    const token = newInvitationToken()
    const renewed = await renewInvite(tx, id, token, context.systemNow())
    const isMailed = await queueInvitationMail(context, tx, organization, renewed)
    const about = { email: invite.email, roles: invite.roles }
    await logSecurity(context, tx, organizationId, 'user.invited', actor, about)
    return { invite: renewed, url: urlOf(context, token), isMailed }
  })
}

/** Takes an open invitation back. 404 for an id that is none. */
export async function revokeInvitation(
  context: Context,
  { organizationId }: Caller,
  id: string,
  actor: Actor,
): Promise<InviteRow> {
  return inTransaction(context.database, organizationId, async (tx) => {
    const invite = await findOpenInvite(tx, id)
    if (!invite) throw notFound('invitation')
    await revokeInvite(tx, id, context.systemNow())
    const about = { email: invite.email, roles: invite.roles }
    await logSecurity(context, tx, organizationId, 'user.invitation_revoked', actor, about)
    return invite
  })
}

function urlOf({ settings }: Context, token: string): string {
  return `${settings.frontUrl}/invitation/${token}`
}
