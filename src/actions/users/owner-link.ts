import { randomBytes } from 'node:crypto'
import { addMs, DAY_MS } from '../../core/calendar/instant.ts'
import { gone, invalid, notFound } from '../../core/refusal.ts'
import type { NewUser } from '../../core/users/user-input.ts'
import type { Reads } from '../../store/database.ts'
import { listOrganizationNames } from '../../store/first-organization.ts'
import type { OrganizationRow } from '../../store/organizations.ts'
import { deleteOwnerLinks, findOwnerLink, insertOwnerLink } from '../../store/owner-links.ts'
import { insertSecurityLogsOfUser } from '../../store/security-logs.ts'
import { inSystemTransaction } from '../../store/transaction.ts'
import { hasMembers, hasUsers, insertMembership, insertUser, lockFirstUser } from '../../store/users.ts'
import type { Context } from '../context.ts'
import type { Sender } from '../security-logs/sender.ts'
import { openSession } from '../sessions/open-session.ts'
import { hashPassword } from './passwords.ts'

const LIFE_MS = 7 * DAY_MS

/**
 * Makes the link with which the owner of an installation signs in for the first time, to its first organization; gives
 * its URL, which is shown only here. Null when that organization has a member, or there is none.
 */
export async function createOwnerLink(context: Context): Promise<string | null> {
  const organizations = await listOrganizationNames(context.database)
  const first = organizations.find(({ isSandbox }) => !isSandbox) ?? organizations[0]
  if (!first) return null
  const token = randomBytes(32).toString('base64url')
  const isMade = await inSystemTransaction(context.database, async (tx) => {
    if (await hasMembers(tx, first.id)) return false
    await insertOwnerLink(tx, { token, organizationId: first.id, now: context.systemNow() })
    return true
  })
  return isMade ? `${context.settings.frontUrl}/owner/${token}` : null
}

/** The organization that a link opens. 404 for an unknown link, 410 `owner_link_used` once it has a member. */
export async function readOwnerLink(context: Context, token: string): Promise<OrganizationRow> {
  return organizationOf(context, context.database.system, token)
}

async function organizationOf(context: Context, reads: Reads, token: string): Promise<OrganizationRow> {
  const organization = await findOwnerLink(reads, token, addMs(context.systemNow(), -LIFE_MS))
  if (organization && !(await hasMembers(reads, organization.id))) return organization
  // Used links are deleted, so that those who come later are told the same as those who guess.
  throw (await hasUsers(reads)) ? gone('owner_link_used') : notFound('owner_link')
}

/**
 * Makes whoever has the link a user and the admin of its organization, and signs them in; gives the token of the
 * session. 404 and 410 as `readOwnerLink`, 422 for an address that is taken; of two at the same time one is first.
 */
export async function redeemOwnerLink(
  context: Context,
  token: string,
  user: NewUser,
  sender: Sender,
): Promise<string> {
  await readOwnerLink(context, token)
  const passwordHash = await hashPassword(user.password)
  const now = context.systemNow()
  const userId = await inSystemTransaction(context.database, async (tx) => {
    await lockFirstUser(tx)
    const { id: organizationId } = await organizationOf(context, tx, token)
    const { email, name } = user
    const made = await insertUser(tx, { email, name, passwordHash, now })
    if (!made) throw invalid({ email: ['value_already_exist'] })
    await insertMembership(tx, { organizationId, userId: made.id, roles: ['admin'], now })
    await deleteOwnerLinks(tx, organizationId)
    return made.id
  })
  const who = { userId, userEmail: user.email, apiKeyId: null, resources: {}, ...sender, now }
  await insertSecurityLogsOfUser(context.database, { event: 'user.signed_up', ...who })
  return openSession(context, userId, sender)
}
