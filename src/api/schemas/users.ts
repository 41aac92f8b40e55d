import { Type } from 'typebox'
import { nullableText } from './common.ts'
import { Forbidden, Invalid, Locked, open, Session, signedIn, Unauthorized } from './sessions.ts'

const tags = ['sessions']
const text = Type.String()
const email = Type.String({ format: 'email' })
const password = Type.String({
  format: 'password',
  minLength: 12,
  description: 'At least twelve characters, and none of the commonest passwords.',
})
const name = Type.Optional(nullableText)
const params = Type.Object({ token: text })

/** 404 for a link that is not ours, and 410 for one that is used up or too old. */
const ofLinks = {
  404: Type.Object({ status: Type.Literal(404), error: text, code: text }),
  410: Type.Object({ status: Type.Literal(410), error: text, code: text }),
}
const refused = { 403: Forbidden, 422: Invalid }

export const userSchemas = {
  installation: {
    tags,
    security: open,
    summary: 'What somebody who is not signed in may know of this server',
    response: {
      200: Type.Object({
        installation: Type.Object({
          has_users: Type.Boolean(),
          sign_up: Type.Enum(['open', 'closed']),
          has_smtp: Type.Boolean(),
          version: text,
        }),
      }),
    },
  },
  signUp: {
    tags,
    security: open,
    summary: 'Sign up: a user with an organization of their own; sets the session cookie',
    body: Type.Object({
      email,
      password,
      name,
      organization_name: text,
      country: Type.Optional(
        Type.Union([text, Type.Null()], { description: 'Sets currency, time zone and language.' }),
      ),
    }),
    response: { 200: Session, ...refused },
  },
  showOwnerLink: {
    tags,
    security: open,
    summary: 'The organization of the link that the first start prints',
    params,
    response: {
      200: Type.Object({
        owner_link: Type.Object({ organization: Type.Object({ name: text, slug: text }) }),
      }),
      ...ofLinks,
    },
  },
  redeemOwnerLink: {
    tags,
    security: open,
    summary: 'Become the first user; sets the session cookie',
    params,
    body: Type.Object({ email, password, name }),
    response: { 200: Session, ...refused, ...ofLinks },
  },
  requestReset: {
    tags,
    security: open,
    summary: 'Say that a password is forgotten; the answer is the same for every address',
    body: Type.Object({ email }),
    response: { 200: Type.Object({}), ...refused },
  },
  showReset: {
    tags,
    security: open,
    summary: 'Whose password a link sets',
    params,
    response: { 200: Type.Object({ password_reset: Type.Object({ email: text }) }), ...ofLinks },
  },
  reset: {
    tags,
    security: open,
    summary: 'Set a new password by a link; ends all sessions and sets a new session cookie',
    params,
    body: Type.Object({ password }),
    response: { 200: Session, ...refused, ...ofLinks },
  },
  rename: {
    tags,
    security: signedIn,
    summary: 'Change your name',
    body: Type.Object({ name: nullableText }),
    response: { 200: Session, 401: Unauthorized, ...refused },
  },
  changePassword: {
    tags,
    security: signedIn,
    summary: 'Change your password; ends all other sessions',
    body: Type.Object({ current_password: text, password }),
    response: { 200: Session, 401: Unauthorized, ...refused, 429: Locked },
  },
}
