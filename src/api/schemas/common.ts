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
