import { forbidden, invalid } from '../../core/refusal.ts'
import type { SignUp } from '../../core/users/user-input.ts'
import { listOrganizationNames } from '../../store/first-organization.ts'
import { insertSecurityLogsOfUser } from '../../store/security-logs.ts'
import { inSystemTransaction } from '../../store/transaction.ts'
import { hasUsers, insertMembership, insertUser, lockFirstUser } from '../../store/users.ts'
import type { Context } from '../context.ts'
import { writeOrganization } from '../organizations/create-organization.ts'
import type { Sender } from '../security-logs/sender.ts'
import { openSession } from '../sessions/open-session.ts'
import { hashPassword } from './passwords.ts'

/**
 * Whether a stranger may sign up: as the operator says, or else as long as there is no user and no organization. An
 * organization that waits for its owner is opened by the owner's link alone, so that nobody else comes first.
 */
export async function isSignUpOpen(context: Context): Promise<boolean> {
  const { database, settings } = context
  if (settings.signUp !== 'first_user') return settings.signUp === 'open'
  return !(await hasUsers(database.system)) && (await listOrganizationNames(database)).length === 0
}

/**
 * Makes a user with an organization of their own, of which they are the admin, and signs them in; gives the token of
 * the session. 403 `sign_up_closed`, 422 for an address that is taken.
 */
export async function signUp(context: Context, input: SignUp, sender: Sender): Promise<string> {
  if (!(await isSignUpOpen(context))) throw forbidden('sign_up_closed')
  const { email, name, organizationName, country } = input
  const passwordHash = await hashPassword(input.password)
  const now = context.systemNow()
  const user = await inSystemTransaction(context.database, async (tx) => {
    if (context.settings.signUp === 'first_user') {
      await lockFirstUser(tx)
      if (await hasUsers(tx)) throw forbidden('sign_up_closed')
    }
    const made = await insertUser(tx, { email, name, passwordHash, now })
    if (!made) throw invalid({ email: ['value_already_exist'] })
    const parts = { name: organizationName, email, isSandbox: false, country }
    const organization = await writeOrganization(context, tx, parts)
    await insertMembership(tx, { organizationId: organization.id, userId: made.id, roles: ['admin'], now })
    return made
  })
  await insertSecurityLogsOfUser(context.database, {
    event: 'user.signed_up',
    userId: user.id,
    userEmail: email,
    apiKeyId: null,
    resources: {},
    ...sender,
    now,
  })
  return openSession(context, user.id, sender)
}
