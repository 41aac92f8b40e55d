import { type TSchema, Type } from 'typebox'

export const uuid = Type.String({ format: 'uuid' })
export const dateTime = Type.String({ format: 'date-time' })
export const nullableText = Type.Union([Type.String(), Type.Null()])
export const nullableInteger = Type.Union([Type.Integer(), Type.Null()])
export const nullableUri = Type.Union([Type.String({ format: 'uri' }), Type.Null()])

/** An error that occurred after an object was created. */
export const ErrorDetail = Type.Object({
  lago_id: Type.Union([uuid, Type.Null()]),
  error_code: Type.String(),
  details: Type.Record(Type.String(), Type.String()),
})

/** One of the given words. */
export function words<T extends string>(...values: readonly T[]): TSchema {
  return Type.Enum([...values])
}

/** One of the given words, or null. */
export function wordsOrNull<T extends string>(...values: readonly T[]): TSchema {
  return Type.Union([Type.Enum([...values]), Type.Null()])
}
