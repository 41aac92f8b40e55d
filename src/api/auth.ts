import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Caller, type Context, linksOf } from '../actions/context.ts'
import type { PermissionResource, Permissions } from '../core/organizations/permissions.ts'
import { Refusal } from '../core/refusal.ts'
import { touchApiKeys } from '../store/api-keys.ts'
import { knownKeysOf } from './known-keys.ts'
import { WrongKeys } from './wrong-keys.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
    /** What the caller's key may do. */
    permissions: Permissions
  }
  interface FastifyContextConfig {
    /** The route's permission resource; the mode follows from the method. */
    resource?: PermissionResource
  }
}

const TOUCH_EVERY_MS = 60_000

/**
 * Bearer authentication: sets `request.caller`; 401 for an unknown key, 403 for a key without the route's permission.
 * A sandbox is read on every request, because the response depends on its clock.
 */
export function authenticate(app: FastifyInstance, context: Context): void {
  const known = knownKeysOf(context)
  const guesses = new WrongKeys(context, 'an API key')
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
    const { key, organization } = await guesses.slowly(request, known.find(secret))
    used.add(key.id)
    request.caller = {
      organizationId: organization.id,
      organization,
      now: organization.isSandbox ? (organization.clockAt ?? now) : now,
      apiKeyId: key.id,
      ...linksOf(context, organization),
    }
    request.permissions = key.permissions as Permissions
    checkPermission(request, request.permissions)
  })
}

function secretOf(request: FastifyRequest): string {
  const secret = request.headers.authorization?.split(' ')[1]
  if (!secret) throw new Refusal({ kind: 'unauthorized' })
  return secret
}

function checkPermission(request: FastifyRequest, permissions: Permissions): void {
  const resource = request.routeOptions.config.resource
  if (resource === undefined) return
  const mode = request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write'
  if (permissions[resource]?.includes(mode)) return
  throw new Refusal({ kind: 'forbidden', code: `${mode}_action_not_allowed_for_${resource}` })
}
