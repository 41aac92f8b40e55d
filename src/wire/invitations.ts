import type { Instant } from '../core/calendar/instant.ts'
import { invitationEnd } from '../core/invitations/invitation-life.ts'
import type { InvitationView, InviteRow } from '../store/invitations.ts'
import { isoSeconds } from './times.ts'

/** An open invitation at an instant. */
export function toWireInvitation(invite: InviteRow, now: Instant): object {
  const end = invitationEnd(invite.createdAt)
  return {
    id: invite.id,
    email: invite.email,
    roles: invite.roles,
    status: end > now ? 'pending' : 'expired',
    invited_by: invite.invitedBy,
    created_at: isoSeconds(invite.createdAt),
    expires_at: isoSeconds(end),
  }
}

/** What the page of an invitation's link shows. */
export function toWireInvitationLink(invitation: InvitationView): object {
  return {
    email: invitation.email,
    organization: { name: invitation.organizationName },
    roles: invitation.roles,
    invited_by: invitation.invitedBy,
    has_account: invitation.isKnown,
    expires_at: isoSeconds(invitationEnd(invitation.createdAt)),
  }
}
