import { Type } from 'typebox'
import { dateTime, nullableText, uuid } from './common.ts'
import { PaginationMeta } from './pagination.ts'

const permissions = Type.Record(Type.String(), Type.Array(Type.Enum(['read', 'write'])), {
  description: 'Resource to what the key may do with it.',
})
const nullableTime = Type.Union([dateTime, Type.Null()])

const fields = {
  lago_id: uuid,
  name: nullableText,
  last_characters: Type.String(),
  permissions,
  expires_at: nullableTime,
  last_used_at: nullableTime,
  created_by: Type.Union([Type.String(), Type.Null()], {
    description: 'The address of the member who made it.',
  }),
  created_at: dateTime,
}

export const ApiKeyCreateInput = Type.Object({
  api_key: Type.Object({
    name: Type.Optional(nullableText),
    permissions: Type.Optional(permissions),
    expires_at: Type.Optional(nullableTime),
  }),
})

export const ApiKeyRotateInput = Type.Object({
  api_key: Type.Object({
    name: Type.Optional(nullableText),
    expires_at: Type.Optional(
      Type.Union([dateTime, Type.Null()], { description: 'When the old key ends; at once without it.' }),
    ),
  }),
})

export const ApiKey = Type.Object({ api_key: Type.Object(fields) })
export const ApiKeys = Type.Object({ api_keys: Type.Array(Type.Object(fields)), meta: PaginationMeta })
export const NewApiKey = Type.Object({
  api_key: Type.Object({ ...fields, value: Type.String({ description: 'The key, shown only once.' }) }),
})
