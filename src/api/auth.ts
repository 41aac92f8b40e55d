import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Caller, type Context, dashboardUrl } from '../actions/context.ts'
import type { PermissionResource } from '../core/organizations/permissions.ts'
import { Refusal } from '../core/refusal.ts'
import {
  type ApiKeyRow,
  findApiKey,
  hashOfSecret,
  type Permissions,
  touchApiKeys,
} from '../store/api-keys.ts'
import { findOrganization, type OrganizationRow } from '../store/organizations.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
  }
  interface FastifyContextConfig {
    /** The route's permission resource; the mode follows from the method. */
    resource?: PermissionResource
  }
}

/** How long a key and its organization are cached. A revoked key works no longer than this. */
const BELIEVED_MS = 5000
const BELIEVED_MAX = 10_000
const TOUCH_EVERY_MS = 60_000

type Known = { readonly key: ApiKeyRow; readonly organization: OrganizationRow; readonly at: number }

/**
 * Bearer authentication: sets `request.caller`; 401 for an unknown key, 403 for a key without the route's permission.
 * A sandbox is read on every request, because the response depends on its clock.
 */
export function authenticate(app: FastifyInstance, context: Context): void {
  const known = new Map<string, Known>()
  const asked = new Map<string, Promise<Known>>()
  // A thousand requests with an expired cache entry query the database once, instead of all queuing ahead of others.
  const lookUpOnce = (cacheKey: string, secret: string): Promise<Known> => {
    const asking = asked.get(cacheKey) ?? lookUp(context, secret).finally(() => asked.delete(cacheKey))
    asked.set(cacheKey, asking)
    return asking
  }
  const used = new Set<string>()
  const touching = setInterval(() => {
    const ids = [...used]
    used.clear()
    touchApiKeys(context.database, ids, context.systemNow()).catch((error: unknown) => {
      context.log.warn({ err: error }, 'could not record the last use of API keys')
    })
  }, TOUCH_EVERY_MS)
  touching.unref()
  app.addHook('onClose', () => clearInterval(touching))

  app.addHook('onRequest', async (request) => {
    const secret = secretOf(request)
    const now = context.systemNow()
    const cacheKey = hashOfSecret(secret).toString('base64')
    let entry = known.get(cacheKey)
    if (!entry || now - entry.at > BELIEVED_MS || entry.organization.isSandbox) {
      if (!entry?.organization.isSandbox) entry = await lookUpOnce(cacheKey, secret)
      // An earlier request's lookup may have read a sandbox's clock before it was moved.
      if (entry.organization.isSandbox) entry = await lookUp(context, secret)
      if (known.size >= BELIEVED_MAX) known.clear()
      known.set(cacheKey, entry)
    }
    const { key, organization } = entry
    if (key.expiresAt !== null && key.expiresAt <= now) throw new Refusal({ kind: 'unauthorized' })
    used.add(key.id)
    request.caller = {
      organizationId: organization.id,
      organization,
      now: organization.isSandbox ? (organization.clockAt ?? now) : now,
      apiKeyId: key.id,
      dashboardUrl: dashboardUrl(context.settings.frontUrl, organization),
    }
    checkPermission(request, key.permissions as Permissions)
  })
}

function secretOf(request: FastifyRequest): string {
  const secret = request.headers.authorization?.split(' ')[1]
  if (!secret) throw new Refusal({ kind: 'unauthorized' })
  return secret
}

async function lookUp(context: Context, secret: string): Promise<Known> {
  const now = context.systemNow()
  const key = await findApiKey(context.database, secret, now)
  const organization = key && (await findOrganization(context.database, key.organizationId))
  if (!key || !organization) throw new Refusal({ kind: 'unauthorized' })
  return { key, organization, at: now }
}

function checkPermission(request: FastifyRequest, permissions: Permissions): void {
  const resource = request.routeOptions.config.resource
  if (resource === undefined) return
  const mode = request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write'
  if (permissions[resource]?.includes(mode)) return
  throw new Refusal({ kind: 'forbidden', code: `${mode}_action_not_allowed_for_${resource}` })
}

/** Checks the admin API key in constant time; when it is not configured, everything is rejected. */
export function checkAdminKey(request: FastifyRequest, adminApiKey: string | null): void {
  const given = request.headers['x-admin-api-key']
  if (adminApiKey === null || typeof given !== 'string') throw new Refusal({ kind: 'unauthorized' })
  if (!timingSafeEqual(hashOfSecret(given), hashOfSecret(adminApiKey))) {
    throw new Refusal({ kind: 'unauthorized' })
  }
}
