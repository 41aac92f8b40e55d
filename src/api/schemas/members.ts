import { Type } from 'typebox'
import { dateTime, nullableText, uuid } from './common.ts'
import { byMember } from './sessions.ts'

const tags = ['members']
const text = Type.String()
const params = Type.Object({ id: text })

const MemberObject = Type.Object({
  id: uuid,
  user_id: uuid,
  email: text,
  name: nullableText,
  roles: Type.Array(text),
  created_at: dateTime,
  last_seen_at: Type.Union([dateTime, Type.Null()]),
})
const one = { 200: Type.Object({ member: MemberObject }) }

export const memberSchemas = {
  list: {
    tags,
    security: byMember,
    summary: 'List the members of the organization',
    response: { 200: Type.Object({ members: Type.Array(MemberObject) }) },
  },
  update: {
    tags,
    security: byMember,
    summary: 'Give a member other roles',
    params,
    body: Type.Object({ member: Type.Object({ roles: Type.Array(text) }) }),
    response: one,
  },
  destroy: {
    tags,
    security: byMember,
    summary: 'Remove a member from the organization',
    params,
    response: one,
  },
  resetPassword: {
    tags,
    security: byMember,
    summary: 'Make a link with which a member sets a new password',
    params,
    response: { 200: Type.Object({ password_reset: Type.Object({ url: text }) }) },
  },
}
