import type { FastifyRequest } from 'fastify'
import { type Caller, type Context, linksOf } from '../actions/context.ts'
import { type MemberPermission, permissionsOfRoles } from '../core/members/member-permissions.ts'
import { keyPermissionsOf, lacking, type Needed } from '../core/members/needed-permissions.ts'
import { notFound, Refusal } from '../core/refusal.ts'
import { listMemberships } from '../store/members.ts'
import { findSession, type SessionOfUser, touchSession } from '../store/sessions.ts'
import { checkCsrf, sessionTokenOf } from './session-cookie.ts'

/** Who signed in, and what the person may do in the organization that the request names. */
export type Member = {
  readonly session: SessionOfUser
  readonly membershipId: string
  readonly permissions: ReadonlySet<MemberPermission>
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of a request that was made with one; undefined for API keys. */
    member?: Member
  }
  interface FastifyContextConfig {
    /** What a member needs; without it, see route-permissions.ts. */
    permission?: Needed
  }
}

/** Names the organization that a request with a session is for. */
export const SLUG_HEADER = 'x-weir-organization'
const TOUCH_EVERY_MS = 60_000

/** Whether a request is made with a session: it names an organization and has no key. */
export function isOfSession({ headers }: FastifyRequest): boolean {
  return headers.authorization === undefined && headers[SLUG_HEADER] !== undefined
}

/** The session of a request's cookie; 401 `session_required` without one. Writes also need its CSRF token. */
export async function requireSession(context: Context, request: FastifyRequest): Promise<SessionOfUser> {
  const token = sessionTokenOf(request)
  const now = context.systemNow()
  const session = token === undefined ? undefined : await findSession(context.database, token, now)
  if (token === undefined || session === undefined) {
    throw new Refusal({ kind: 'unauthorized', code: 'session_required' })
  }
  checkCsrf(request, token, context.settings)
  if (now - session.lastUsedAt > TOUCH_EVERY_MS) {
    touchSession(context.database, session.id, now).catch((error: unknown) => {
      context.log.warn({ err: error }, 'could not record the last use of a session')
    })
  }
  return session
}

/**
 * Sets the caller of a request that is made with a session. 401 without a session, 404 `organization_not_found` for an
 * organization of which the user is no member, 403 for a permission that the user lacks.
 */
export async function admitMember(context: Context, request: FastifyRequest): Promise<void> {
  const session = await requireSession(context, request)
  const slug = String(request.headers[SLUG_HEADER])
  const [membership] = await listMemberships(context.database, session.userId, slug)
  if (!membership) throw notFound('organization')
  const { organization } = membership
  const permissions = permissionsOfRoles(membership.roles, membership.ownRoles)
  const now = context.systemNow()
  const caller: Caller = {
    organizationId: organization.id,
    organization,
    now: organization.isSandbox ? (organization.clockAt ?? now) : now,
    apiKeyId: null,
    userEmail: session.email,
    ...linksOf(context, organization),
  }
  request.caller = caller
  request.member = { session, membershipId: membership.id, permissions }
  request.permissions = keyPermissionsOf(permissions)
  // An unknown path needs nothing; it is answered with 404 after this.
  const permission = lacking(permissions, request.routeOptions.config.permission ?? 'membership')
  if (permission === undefined) return
  throw new Refusal({ kind: 'forbidden', code: 'permission_missing', permission })
}
