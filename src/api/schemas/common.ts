import { type TSchema, Type } from 'typebox'

export const uuid = Type.String({ format: 'uuid' })
export const dateTime = Type.String({ format: 'date-time' })
export const nullableText = Type.Union([Type.String(), Type.Null()])
export const nullableInteger = Type.Union([Type.Integer(), Type.Null()])

/** One of some words. */
export function words<T extends string>(...values: readonly T[]): TSchema {
  return Type.Enum([...values])
}

/** One of some words, or null. */
export function wordsOrNull<T extends string>(...values: readonly T[]): TSchema {
  return Type.Union([Type.Enum([...values]), Type.Null()])
}

export const paginationMeta = Type.Object({
  current_page: Type.Integer(),
  next_page: nullableInteger,
  prev_page: nullableInteger,
  total_pages: Type.Integer(),
  total_count: Type.Integer(),
})

/** `page` and `per_page` of every list. */
export const pageQuery = {
  page: Type.Optional(Type.Integer({ minimum: 1, default: 1, description: 'Page number, from 1.' })),
  per_page: Type.Optional(
    Type.Integer({ minimum: 1, default: 100, description: 'Rows of one page; at most 1000.' }),
  ),
}
