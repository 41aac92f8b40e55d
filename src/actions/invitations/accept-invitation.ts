import type { Instant } from '../../core/calendar/instant.ts'
import { invitationEnd } from '../../core/invitations/invitation-life.ts'
import { forbidden, gone, notFound, Refusal } from '../../core/refusal.ts'
import { acceptInvite, findInvitation, type InvitationView, type InviteRow } from '../../store/invitations.ts'
import type { SessionOfUser } from '../../store/sessions.ts'
import { inSystemTransaction } from '../../store/transaction.ts'
import { findUserByEmail, insertMembership, insertUser } from '../../store/users.ts'
import type { Context } from '../context.ts'
import { logSecurity } from '../security-logs/log-security.ts'
import type { Sender } from '../security-logs/sender.ts'
import { beginAttempt } from '../sessions/attempts.ts'
import { openSession } from '../sessions/open-session.ts'
import { hashPassword, isPasswordOf } from '../users/passwords.ts'

/** Whether an invitation came too late to be accepted. */
export function isExpired(invite: InviteRow, now: Instant): boolean {
  return invitationEnd(invite.createdAt) <= now
}

/** The invitation of a link. 404 for an unknown link, 410 for one that was accepted, revoked or has expired. */
export async function readInvitation(context: Context, token: string): Promise<InvitationView> {
  const invitation = await findInvitation(context.database.system, token)
  if (!invitation) throw notFound('invitation')
  const { acceptedAt, revokedAt } = invitation
  if (acceptedAt !== null || revokedAt !== null || isExpired(invitation, context.systemNow())) {
    throw gone('invitation_expired')
  }
  return invitation
}

/**
 * Makes the invited user a member: whoever is signed in already (403 `invitation_for_other_address` for somebody else),
 * who gives the password of the address (401 when it is wrong), or who chooses one for a new user. Gives the token of a
 * new session, or null when there is one.
 */
export async function acceptInvitation(
  context: Context,
  token: string,
  by: {
    readonly session: SessionOfUser | undefined
    readonly password: string
    readonly name: string | null
    readonly sender: Sender
  },
): Promise<string | null> {
  const invitation = await readInvitation(context, token)
  const { session } = by
  if (session && session.email.toLowerCase() !== invitation.email.toLowerCase()) {
    throw forbidden('invitation_for_other_address')
  }
  const userId = session?.userId ?? (await knownUser(context, invitation, by))
  const passwordHash = userId === null ? await hashPassword(by.password) : null
  const joined = await join(context, invitation, { userId, passwordHash, name: by.name, sender: by.sender })
  return session ? null : openSession(context, joined, by.sender)
}

/** The user of the invited address, who has given the right password; null when there is none. */
async function knownUser(
  context: Context,
  { email }: InvitationView,
  { password, sender }: { readonly password: string; readonly sender: Sender },
): Promise<string | null> {
  const user = await findUserByEmail(context.database, email)
  if (!user) return null
  const attempt = await beginAttempt(context, email, sender.ipAddress)
  if (!(await isPasswordOf(password, user.passwordHash))) {
    throw new Refusal({ kind: 'unauthorized', code: 'invalid_credentials' })
  }
  await attempt.succeeded()
  return user.id
}

async function join(
  context: Context,
  { id, organizationId, email, roles }: InvitationView,
  who: {
    readonly userId: string | null
    readonly passwordHash: string | null
    readonly name: string | null
    readonly sender: Sender
  },
): Promise<string> {
  const now = context.systemNow()
  return inSystemTransaction(context.database, async (tx) => {
    if (!(await acceptInvite(tx, id, now))) throw gone('invitation_expired')
    const { passwordHash, name, sender } = who
    const made = passwordHash === null ? undefined : await insertUser(tx, { email, name, passwordHash, now })
    const userId = who.userId ?? made?.id
    // The address became a user meanwhile, whose password this is not.
    if (userId === undefined) throw new Refusal({ kind: 'unauthorized', code: 'invalid_credentials' })
    await insertMembership(tx, { organizationId, userId, roles, now })
    const actor = { userId, userEmail: email, apiKeyId: null, ...sender }
    await logSecurity(context, tx, organizationId, 'user.invitation_accepted', actor, { email, roles })
    return userId
  })
}
