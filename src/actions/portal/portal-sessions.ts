import { randomBytes } from 'node:crypto'
import { portalSessionEnd } from '../../core/portal/portal-life.ts'
import { Refusal } from '../../core/refusal.ts'
import { findOrganization } from '../../store/organizations.ts'
import {
  deletePortalSession,
  findLiveCustomer,
  insertPortalSession,
  type PortalSessionRow,
} from '../../store/portal.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Context } from '../context.ts'
import { readPortalLink } from './portal-links.ts'

/**
 * Opens a session of the portal with the token of a link, and gives the token of its cookie. 401 `portal_link_invalid`
 * for a link that is not ours, whose time is over or whose customer is gone: the answer does not tell which.
 */
export async function openPortalSession(context: Context, linkToken: string): Promise<string> {
  const link = readPortalLink(linkToken)
  const now = context.systemNow()
  const organization = link && (await findOrganization(context.database, link.organizationId))
  if (!link || !organization || !link.isSignedBy(organization) || now >= link.expiresAt) throw invalidLink()
  const { organizationId, customerId, isViewOnly } = link
  const token = randomBytes(32).toString('base64url')
  await inTransaction(context.database, organizationId, async (tx) => {
    if (!(await findLiveCustomer(tx, customerId))) throw invalidLink()
    const expiresAt = portalSessionEnd(now)
    await insertPortalSession(tx, { organizationId, customerId, token, isViewOnly, expiresAt, now })
  })
  return token
}

/** Ends a session of the portal; its cookie opens nothing afterwards. */
export async function endPortalSession(
  context: Context,
  { organizationId, id }: Pick<PortalSessionRow, 'organizationId' | 'id'>,
): Promise<void> {
  await inTransaction(context.database, organizationId, (tx) => deletePortalSession(tx, id))
}

function invalidLink(): Refusal {
  return new Refusal({ kind: 'unauthorized', code: 'portal_link_invalid' })
}
