import { areEmails, tidyEmails } from '../customers/email.ts'
import { Fields, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'

const EMAIL_LENGTH_MAX = 255
/** People who are invited by one request. */
const EMAILS_MAX = 100

export type NewInvitations = { readonly emails: readonly string[]; readonly roles: readonly string[] }

/** Reads invitations: `emails` (or one `email`) and the codes of the roles, of which there is at least one. */
export function readInvitations(input: Input): Outcome<NewInvitations> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const key = fields.has('emails') ? 'emails' : 'email'
  const listed = key === 'emails' ? fields.texts('emails') : undefined
  const single = key === 'email' ? fields.mandatoryText('email', EMAIL_LENGTH_MAX) : undefined
  const emails = [...new Set((listed ?? [single ?? '']).map((text) => tidyEmails(text).toLowerCase()))]
  if (listed?.length === 0) fields.refuse(key, 'value_is_mandatory')
  if (emails.length > EMAILS_MAX) fields.refuse(key, 'invalid_count')
  const isWrong = (email: string) =>
    !areEmails(email) || email.includes(',') || email.length > EMAIL_LENGTH_MAX
  if (!problems.any && emails.some(isWrong)) fields.refuse(key, 'invalid_email_format')
  return problems.outcome({ emails, roles: readRoles(fields) })
}

/** Reads the roles of a member. */
export function readRolesOnly(input: Input): Outcome<readonly string[]> {
  const problems = new Problems()
  return problems.outcome(readRoles(new Fields(input, problems)))
}

function readRoles(fields: Fields): readonly string[] {
  const roles = fields.ids('roles')
  if (!fields.has('roles') || fields.isNull('roles') || roles?.length === 0) {
    fields.refuse('roles', 'value_is_mandatory')
  }
  return roles ?? []
}
