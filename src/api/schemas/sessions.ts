import { Type } from 'typebox'
import { MEMBER_PERMISSIONS } from '../../core/members/member-permissions.ts'
import { dateTime, nullableText, uuid } from './common.ts'

const tags = ['sessions']
const text = Type.String()
/** Of routes that neither a key nor a session is needed for. */
export const open: readonly [] = []
/** Of routes that are only for who is signed in. */
export const signedIn = [{ session: [] }]

/** Of routes that are for members of an organization, and for no API key. */
export const byMember = [{ session: [], organization: [] }]

const named = { email: text, name: nullableText }

export const OwnOrganization = Type.Object({
  id: uuid,
  name: text,
  slug: Type.String({ description: 'For the header `x-weir-organization` and the URLs of the dashboard.' }),
  is_sandbox: Type.Boolean(),
  default_currency: text,
  timezone: text,
  country: nullableText,
  document_locale: text,
  created_at: dateTime,
})

const Membership = Type.Object({
  organization: OwnOrganization,
  roles: Type.Array(text),
  permissions: Type.Object(
    Object.fromEntries(MEMBER_PERMISSIONS.map((permission) => [permission, Type.Boolean()])),
  ),
  admins: Type.Array(Type.Object(named), { description: 'Who can grant what is missing.' }),
})

export const Session = Type.Object({
  session: Type.Object({
    user: Type.Object({ id: uuid, ...named }),
    csrf_token: Type.String({ description: 'For the header `x-csrf-token` of every write by session.' }),
    expires_at: dateTime,
    confirmed_until: Type.String({
      format: 'date-time',
      description: 'Until when keys may be made without asking for the password again.',
    }),
    memberships: Type.Array(Membership),
  }),
})

const SessionOfList = Type.Object({
  id: uuid,
  ip_address: text,
  user_agent: text,
  is_current: Type.Boolean(),
  created_at: dateTime,
  last_used_at: dateTime,
  expires_at: dateTime,
})

/** The error of whoever is not signed in, and of a wrong password. */
export const Unauthorized = Type.Object({
  status: Type.Literal(401),
  error: text,
  code: Type.Enum(['session_required', 'invalid_credentials']),
})
/** The error after too many wrong passwords; `Retry-After` says how many seconds to wait. */
export const Locked = Type.Object({
  status: Type.Literal(429),
  error: text,
  code: Type.Literal('locked'),
})
export const Forbidden = Type.Object({ status: Type.Literal(403), error: text, code: text })
export const Invalid = Type.Object({
  status: Type.Literal(422),
  error: text,
  code: text,
  error_details: Type.Record(text, Type.Array(text)),
})

const credentials = Type.Object({
  email: Type.String({ format: 'email' }),
  password: Type.String({ format: 'password' }),
})
const failures = { 401: Unauthorized, 403: Forbidden }

export const sessionSchemas = {
  show: {
    tags,
    security: signedIn,
    summary: 'Who is signed in, and what they may do where',
    response: { 200: Session, 401: Unauthorized },
  },
  create: {
    tags,
    security: open,
    summary: 'Sign in; sets the session cookie',
    body: credentials,
    response: { 200: Session, ...failures, 422: Invalid, 429: Locked },
  },
  destroy: {
    tags,
    security: signedIn,
    summary: 'Sign out',
    response: { 200: Type.Object({}), ...failures },
  },
  confirm: {
    tags,
    security: signedIn,
    summary: 'Give the password again, for what needs it',
    body: Type.Object({ password: Type.String({ format: 'password' }) }),
    response: { 200: Session, ...failures, 422: Invalid, 429: Locked },
  },
  list: {
    tags,
    security: signedIn,
    summary: 'List your sessions',
    response: { 200: Type.Object({ sessions: Type.Array(SessionOfList) }), 401: Unauthorized },
  },
  end: {
    tags,
    security: signedIn,
    summary: 'End one of your sessions',
    params: Type.Object({ id: text }),
    response: { 200: Type.Object({}), ...failures },
  },
  endOthers: {
    tags,
    security: signedIn,
    summary: 'End all of your sessions but this one',
    response: { 200: Type.Object({ ended: Type.Integer() }), ...failures },
  },
}
