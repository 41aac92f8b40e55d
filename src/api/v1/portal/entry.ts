import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Context, linksOf } from '../../../actions/context.ts'
import { requestPortalLink } from '../../../actions/portal/link-requests.ts'
import { readPortalLink, signRenewal } from '../../../actions/portal/portal-links.ts'
import { endPortalSession, openPortalSession } from '../../../actions/portal/portal-sessions.ts'
import { addressesOf } from '../../../core/mails/resend-input.ts'
import { Refusal } from '../../../core/refusal.ts'
import { findDefaultLink } from '../../../store/payment-provider-customers.ts'
import { findPortalVisit, type PortalVisit, readLogo } from '../../../store/portal.ts'
import { readPortalFileHashes } from '../../../store/portal-files.ts'
import { toWirePortalSession } from '../../../wire/portal/customer.ts'
import { bodyOf } from '../../params.ts'
import { isAtHome } from '../../portal-hosts.ts'
import { mayOpen, requireVisit } from '../../portal-visits.ts'
import { OF_LINK_REQUESTS, WriteShares } from '../../portal-writes.ts'
import { portalSchemas } from '../../schemas/portal.ts'
import {
  checkCsrf,
  checkOrigin,
  clearSessionCookie,
  csrfTokenOf,
  portalCookieOf,
  setSessionCookie,
} from '../../session-cookie.ts'
import { WrongKeys } from '../../wrong-keys.ts'

/** Opening the portal with a link, and leaving it (docs/api/portal.md). */
export function portalEntryRoutes(app: FastifyInstance, context: Context): void {
  const guesses = new WrongKeys(context, 'a link to the portal')
  app.post('/portal/session', { schema: portalSchemas.open }, async (request, reply) => {
    checkOrigin(request, context.settings)
    const { token: link } = bodyOf(request.body)
    const opening = openPortalSession(context, linkOf(request, link))
    const token = await guesses.slowly(request, opening)
    const visit = await findPortalVisit(context.database, token, context.systemNow())
    // The customer may have been deleted meanwhile, and in a frame nobody may have been allowed to embed the portal.
    if (!visit || !mayOpen(request, visit.organization))
      throw new Refusal({ kind: 'unauthorized', code: 'portal_link_invalid' })
    setSessionCookie(reply, context.settings, token, portalCookieOf(request))
    return answer(context, reply, visit, token)
  })
  app.get('/portal/session', { schema: portalSchemas.session }, async (request, reply) => {
    const { visit, token } = await requireVisit(context, request)
    return answer(context, reply, visit, token)
  })
  app.delete('/portal/session', { schema: portalSchemas.leave }, async (request, reply) => {
    const { visit, token } = await requireVisit(context, request)
    checkCsrf(request, token, context.settings)
    await endPortalSession(context, visit.session)
    clearSessionCookie(reply, context.settings, portalCookieOf(request))
    return {}
  })
  linkRequestRoutes(app, context)
}

function linkRequestRoutes(app: FastifyInstance, context: Context): void {
  const shares = new WriteShares(OF_LINK_REQUESTS)
  app.post('/portal/link_requests', { schema: portalSchemas.requestLink }, async (request) => {
    checkOrigin(request, context.settings)
    const { token } = bodyOf(request.body)
    const asked = linkOf(request, token)
    const link = readPortalLink(asked)
    // By what the link says, proven or not: a refusal tells no more than that somebody asks too often.
    if (link) shares.take(link.customerId)
    await requestPortalLink(context, asked)
    return {}
  })
}

/** The token of a link that was sent; none for one of another organization than the one whose domain this is. */
function linkOf(request: FastifyRequest, token: unknown): string {
  const link = typeof token === 'string' ? readPortalLink(token) : undefined
  return link && isAtHome(request, link.organizationId) ? String(token) : ''
}

async function answer(
  context: Context,
  reply: FastifyReply,
  visit: PortalVisit,
  token: string,
): Promise<object> {
  const { organization, customer, billingEntity } = visit
  const [link, logo, files] = await context.database.read(organization.id, (reads) =>
    Promise.all([
      findDefaultLink(reads, customer.id),
      readLogo(reads, billingEntity.id),
      readPortalFileHashes(reads),
    ]),
  )
  const canPay = link !== undefined && link.providerCustomerId !== null
  const now = organization.isSandbox ? (organization.clockAt ?? context.systemNow()) : context.systemNow()
  void reply.header('cache-control', 'no-store')
  const renewalToken = visit.session.isViewOnly ? null : signRenewal(organization, customer.id)
  const isMailed = linksOf(context, organization).sendsMails && addressesOf(customer.email).length > 0
  const more = { csrfToken: csrfTokenOf(token), renewalToken, canPay, isMailed, now, logo, files }
  return { session: toWirePortalSession(visit, more) }
}
