import { randomBytes } from 'node:crypto'

/** The secret of a link that sets a new password. */
export function newResetToken(): string {
  return randomBytes(32).toString('base64url')
}

/** The secret of the link of an invitation: 40 hex digits, as Lago has it. */
export function newInvitationToken(): string {
  return randomBytes(20).toString('hex')
}
