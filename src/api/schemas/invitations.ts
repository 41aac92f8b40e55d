import { Type } from 'typebox'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'
import { byMember, Forbidden, Invalid, Locked, open, Session, Unauthorized } from './sessions.ts'

const tags = ['invitations']
const text = Type.String()
const params = Type.Object({ id: text })
const ofToken = Type.Object({ token: text })

const invitation = {
  id: uuid,
  email: text,
  roles: Type.Array(text),
  status: words('pending', 'expired'),
  invited_by: nullableText,
  created_at: dateTime,
  expires_at: dateTime,
}
const Invitation = Type.Object(invitation)
const Made = Type.Object({
  ...invitation,
  url: Type.String({ description: 'Shown only once.' }),
  is_mailed: Type.Boolean({ description: 'A mail with a link is on its way.' }),
})

const ofLinks = {
  404: Type.Object({ status: Type.Literal(404), error: text, code: text }),
  410: Type.Object({ status: Type.Literal(410), error: text, code: text }),
}

export const invitationSchemas = {
  list: {
    tags,
    security: byMember,
    summary: 'List the invitations that are open',
    querystring: PageQuery,
    response: { 200: Type.Object({ invitations: Type.Array(Invitation), meta: PaginationMeta }) },
  },
  create: {
    tags,
    security: byMember,
    summary: 'Invite one or many people',
    body: Type.Object({
      invitation: Type.Object({
        email: Type.Optional(text),
        emails: Type.Optional(Type.Array(text)),
        roles: Type.Array(text),
      }),
    }),
    response: { 200: Type.Object({ invitations: Type.Array(Made) }) },
  },
  renew: {
    tags,
    security: byMember,
    summary: 'Give an invitation another link',
    params,
    response: { 200: Type.Object({ invitation: Made }) },
  },
  destroy: {
    tags,
    security: byMember,
    summary: 'Take an invitation back',
    params,
    response: { 200: Type.Object({ invitation: Invitation }) },
  },
  show: {
    tags,
    security: open,
    summary: 'What an invitation is to',
    params: ofToken,
    response: {
      200: Type.Object({
        invitation: Type.Object({
          email: text,
          organization: Type.Object({ name: text }),
          roles: Type.Array(text),
          invited_by: nullableText,
          has_account: Type.Boolean(),
          expires_at: dateTime,
        }),
      }),
      ...ofLinks,
    },
  },
  accept: {
    tags,
    security: open,
    summary: 'Accept an invitation with the session, the password of the address, or a new one',
    params: ofToken,
    body: Type.Object({
      password: Type.Optional(Type.String({ format: 'password' })),
      name: Type.Optional(nullableText),
    }),
    response: { 200: Session, 401: Unauthorized, 403: Forbidden, 422: Invalid, 429: Locked, ...ofLinks },
  },
}
