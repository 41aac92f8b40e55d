import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Context, linksOf } from '../actions/context.ts'
import { portalAddress } from '../actions/portal/portal-links.ts'
import type { PortalPart } from '../core/portal/portal-parts.ts'
import { forbidden, Refusal } from '../core/refusal.ts'
import type { OrganizationRow } from '../store/organizations.ts'
import { findPortalVisit, type PortalVisit } from '../store/portal.ts'
import { isAtHome } from './portal-hosts.ts'
import { OF_WRITES, WriteShares } from './portal-writes.ts'
import { checkCsrf, OF_FRAMED_PORTAL, portalCookieOf, sessionTokenOf } from './session-cookie.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of a request in the portal, with its customer. */
    visit: PortalVisit
  }
  interface FastifyContextConfig {
    /** The part of the portal that has to be on; without it, the route is always there. */
    part?: PortalPart
    /** The write changes nothing that anybody sees, so a member who only looks may make it. */
    isViewing?: boolean
  }
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Sets the caller of every request of the portal from its session, and with it the one customer that it is about: no
 * route reads a customer's id from the request. 401 `portal_session_required` without a session, 403 for a part that
 * the organization has switched off and for writes of members who only look, 429 for too many writes.
 */
export function admitBuyers(app: FastifyInstance, context: Context): void {
  const shares = new WriteShares(OF_WRITES)
  app.addHook('onRequest', async (request) => {
    const { visit, token } = await requireVisit(context, request)
    const { session, organization, customer } = visit
    checkCsrf(request, token, context.settings)
    const now = context.systemNow()
    request.visit = visit
    request.caller = {
      organizationId: organization.id,
      organization,
      now: organization.isSandbox ? (organization.clockAt ?? now) : now,
      apiKeyId: null,
      buyer: { customerId: customer.id, returnUrl: portalHome(context, request, organization) },
      ...linksOf(context, organization),
    }
    const { part, isViewing } = request.routeOptions.config
    if (part !== undefined && !organization.portalParts.includes(part)) throw forbidden('portal_part_off')
    if (READING.has(request.method)) return
    if (session.isViewOnly && isViewing !== true) throw forbidden('portal_is_read_only')
    shares.take(customer.id)
  })
}

/** The session of a request's cookie, and its token; 401 without one. */
export async function requireVisit(
  context: Context,
  request: FastifyRequest,
): Promise<{ readonly visit: PortalVisit; readonly token: string }> {
  const token = sessionTokenOf(request, portalCookieOf(request))
  const visit =
    token === undefined ? undefined : await findPortalVisit(context.database, token, context.systemNow())
  const isHere = visit !== undefined && mayOpen(request, visit.organization)
  if (token === undefined || !isHere) {
    throw new Refusal({ kind: 'unauthorized', code: 'portal_session_required' })
  }
  return { visit, token }
}

/**
 * Whether a portal opens for a request: at the domain of a portal only that one, and in a frame only where somebody may
 * embed it.
 */
export function mayOpen(
  request: FastifyRequest,
  { id, portalEmbeddingOrigins }: Pick<OrganizationRow, 'id' | 'portalEmbeddingOrigins'>,
): boolean {
  return isAtHome(request, id) && (!isFramed(request) || portalEmbeddingOrigins.length > 0)
}

const isFramed = (request: FastifyRequest): boolean => portalCookieOf(request) === OF_FRAMED_PORTAL

/**
 * Where pages at a provider lead back to: where the session is, the portal's domain or the installation. They are beside
 * a portal in a frame, and have no session of their own.
 */
function portalHome(context: Context, request: FastifyRequest, organization: OrganizationRow): string {
  const portalDomain = request.portalOrganizationId === undefined ? null : organization.portalDomain
  const home = `${portalAddress(context, { portalDomain })}/customer-portal`
  return isFramed(request) ? `${home}/returned` : home
}
