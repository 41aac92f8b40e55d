import type { FastifyRequest } from 'fastify'
import type { Context } from '../actions/context.ts'
import { type PortalLink, readPortalLink } from '../actions/portal/portal-links.ts'
import { findOrganization, type OrganizationRow } from '../store/organizations.ts'
import { findPortalVisit } from '../store/portal.ts'
import { isAtHome } from './portal-hosts.ts'
import { OF_FRAMED_PORTAL, sessionTokenOf } from './session-cookie.ts'

/** What stands where a link has its token; on a reload it is the name of a page, or nothing. */
const FIRST_PART = /^\/customer-portal\/([^/?#]+)/

/**
 * The origins whose pages may show a page of the portal in a frame, as the organization has stored them: that of the
 * link in the address, or else that of the frame's session. None for a link or a session that does not count, or that is
 * of another portal than the one at this domain. Nothing that the request says is part of it.
 */
export async function embeddingOriginsOf(
  context: Context,
  request: FastifyRequest,
): Promise<readonly string[]> {
  const link = readPortalLink(FIRST_PART.exec(request.url)?.[1] ?? '')
  const organization = link
    ? await organizationOfLink(context, link)
    : await organizationOfSession(context, request)
  return organization && isAtHome(request, organization.id) ? organization.portalEmbeddingOrigins : []
}

async function organizationOfLink(context: Context, link: PortalLink): Promise<OrganizationRow | undefined> {
  if (context.systemNow() >= link.expiresAt) return undefined
  const organization = await findOrganization(context.database, link.organizationId)
  return organization && link.isSignedBy(organization) ? organization : undefined
}

async function organizationOfSession(
  context: Context,
  request: FastifyRequest,
): Promise<OrganizationRow | undefined> {
  const token = sessionTokenOf(request, OF_FRAMED_PORTAL)
  if (token === undefined) return undefined
  return (await findPortalVisit(context.database, token, context.systemNow()))?.organization
}
