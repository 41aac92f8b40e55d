import { Type } from 'typebox'
import { MEMBER_PERMISSIONS } from '../../core/members/member-permissions.ts'
import { dateTime, nullableText, words } from './common.ts'
import { byMember } from './sessions.ts'

const tags = ['roles']
const text = Type.String()
const params = Type.Object({ code: text })
const nullableTime = Type.Union([dateTime, Type.Null()])
const permissions = Type.Array(words(...MEMBER_PERMISSIONS))

const RoleObject = Type.Object({
  code: text,
  name: text,
  description: nullableText,
  is_built_in: Type.Boolean(),
  permissions,
  members_count: Type.Integer(),
  created_at: nullableTime,
  updated_at: nullableTime,
})
const one = { 200: Type.Object({ role: RoleObject }) }
const description = Type.Optional(nullableText)

export const roleSchemas = {
  list: {
    tags,
    security: byMember,
    summary: 'List the roles: the built-in ones and those of the organization',
    response: { 200: Type.Object({ roles: Type.Array(RoleObject) }) },
  },
  create: {
    tags,
    security: byMember,
    summary: 'Define a role',
    body: Type.Object({
      role: Type.Object({ code: Type.Optional(text), name: text, description, permissions }),
    }),
    response: one,
  },
  update: {
    tags,
    security: byMember,
    summary: 'Change a role of the organization',
    params,
    body: Type.Object({
      role: Type.Object({
        name: Type.Optional(text),
        description,
        permissions: Type.Optional(permissions),
      }),
    }),
    response: one,
  },
  destroy: {
    tags,
    security: byMember,
    summary: 'Delete a role that nobody has',
    params,
    response: one,
  },
}
