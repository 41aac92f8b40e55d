import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../actions/context.ts'
import { isDomain } from '../core/portal/portal-domain.ts'
import { notFound } from '../core/refusal.ts'
import { listPortalDomains } from '../store/portal-files.ts'
import { mayBePage } from './web-pages.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The organization at whose portal's domain the request arrived; undefined at every other address. */
    portalOrganizationId: string | undefined
  }
  interface FastifyInstance {
    portalHosts: PortalHosts
  }
}

/** Another process may have changed a domain; this is how long it takes to be noticed. */
const FRESH_MS = 10_000
/** All that there is of the API at the domain of a portal. */
const OF_PORTALS = /^\/api\/weir\/v1\/(portal|portal_files)\//
const INSTALLATION = '/api/weir/v1/installation'

/** The domains of portals. All are kept, so that no address that somebody makes up asks the database. */
export class PortalHosts {
  private readonly context: Context
  private readonly own: ReadonlySet<string>
  private known: ReadonlyMap<string, string> = new Map()
  private freshUntil = 0
  private reading: Promise<void> | undefined

  constructor(context: Context) {
    this.context = context
    const { apiUrl, frontUrl } = context.settings
    this.own = new Set([apiUrl, frontUrl].map((url) => new URL(url).hostname))
  }

  /** Whether a host needs no look at the domains: that of the installation, an address, or a name of the machine. */
  isPlain(host: string): boolean {
    return this.own.has(host) || !isDomain(host)
  }

  /** Whose portal is at a host; undefined for nobody's. */
  async organizationAt(host: string): Promise<string | undefined> {
    if (performance.now() > this.freshUntil) {
      this.reading ??= this.read().finally(() => {
        this.reading = undefined
      })
      await this.reading
    }
    return this.known.get(host)
  }

  /** Reads the domains anew at the next request. */
  forget(): void {
    this.freshUntil = 0
  }

  private async read(): Promise<void> {
    const domains = await listPortalDomains(this.context.database)
    this.known = new Map(domains.map(({ domain, organizationId }) => [domain, organizationId]))
    this.freshUntil = performance.now() + FRESH_MS
  }
}

/**
 * At the domain of a portal there is this portal and nothing else: no dashboard, no API, and no portal of others. Call
 * this before any route is registered.
 */
export function servePortalsAtDomains(app: FastifyInstance, context: Context): void {
  const hosts = new PortalHosts(context)
  app.decorate('portalHosts', hosts)
  app.decorateRequest('portalOrganizationId', undefined)
  app.addHook('onRequest', (request, _reply, done) => {
    const host = request.hostname.toLowerCase()
    if (hosts.isPlain(host)) return done()
    hosts.organizationAt(host).then(
      (organizationId) => {
        request.portalOrganizationId = organizationId
        done(organizationId === undefined || isOfPortals(request) ? undefined : notFound('resource'))
      },
      (error: Error) => done(error),
    )
  })
}

function isOfPortals(request: FastifyRequest): boolean {
  if (request.is404) return mayBePage(request)
  const url = request.routeOptions.url ?? ''
  return OF_PORTALS.test(url) || url === INSTALLATION
}

/** Whether a request may be about an organization: at the domain of a portal, only about that portal's own. */
export function isAtHome({ portalOrganizationId }: FastifyRequest, organizationId: string): boolean {
  return portalOrganizationId === undefined || portalOrganizationId === organizationId
}
