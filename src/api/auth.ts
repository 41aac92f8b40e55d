import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Caller, type Context, linksOf } from '../actions/context.ts'
import type { PermissionResource, Permissions } from '../core/organizations/permissions.ts'
import { forbidden, Refusal } from '../core/refusal.ts'
import { touchApiKeys } from '../store/api-keys.ts'
import { knownKeysOf } from './known-keys.ts'
import { admitMember, isOfSession } from './members.ts'
import { permissionOfRoute } from './route-permissions.ts'
import { WrongKeys } from './wrong-keys.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
    /** What the caller's key may do, or a key that the caller makes. */
    permissions: Permissions
  }
  interface FastifyContextConfig {
    /** The route's permission resource; the mode follows from the method. */
    resource?: PermissionResource
  }
}

const TOUCH_EVERY_MS = 60_000

/**
 * Sets `request.caller` from an API key, or from a session in its place: 401 for an unknown key, 403 for one without
 * the route's permission. A sandbox is read on every request, because the response depends on its clock. A route must
 * say what it needs: the resource of a key's permissions, or a permission that only members can have.
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

  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, permission: permissionOfRoute(route) }
  })
  app.addHook('onRequest', async (request) => {
    if (isOfSession(request)) return admitMember(context, request)
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
  const { resource, permission } = request.routeOptions.config
  if (resource === undefined) {
    if (permission !== undefined) throw forbidden('session_required')
    return
  }
  const mode = request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write'
  if (permissions[resource]?.includes(mode)) return
  throw new Refusal({ kind: 'forbidden', code: `${mode}_action_not_allowed_for_${resource}` })
}
