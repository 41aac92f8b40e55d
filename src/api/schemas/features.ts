import { Type } from 'typebox'
import { dateTime, nullableText, words } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const valueType = words('integer', 'boolean', 'string', 'select')
const config = Type.Object(
  { select_options: Type.Optional(Type.Array(Type.String())) },
  { description: 'Only a select has options; for other types the configuration is empty.' },
)

/** The fields of a privilege in every response. */
export const privilegeFields = { code: Type.String(), name: nullableText, value_type: valueType, config }

const FeatureObject = Type.Object({
  code: Type.String(),
  name: nullableText,
  description: nullableText,
  privileges: Type.Array(Type.Object(privilegeFields)),
  created_at: dateTime,
})

const input = {
  name: Type.Optional(nullableText),
  description: Type.Optional(nullableText),
  privileges: Type.Optional(
    Type.Array(
      Type.Object({
        code: Type.String({ maxLength: 255 }),
        name: Type.Optional(nullableText),
        value_type: Type.Optional(valueType),
        config: Type.Optional(config),
      }),
    ),
  ),
}

export const FeatureCreateInput = Type.Object({
  feature: Type.Object({ code: Type.String({ maxLength: 255 }), ...input }),
})
export const FeatureUpdateInput = Type.Object({ feature: Type.Object(input) })
export const Feature = Type.Object({ feature: FeatureObject })
export const Features = Type.Object({ features: Type.Array(FeatureObject), meta: PaginationMeta })
export const FeatureQuery = Type.Object({
  ...PageQuery.properties,
  search_term: Type.Optional(Type.String()),
})
