import { isLosslessNumber } from 'lossless-json'
import { missingRoot } from './errors.ts'

export type Json = { readonly [key: string]: unknown }

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value)
}

/** The object under the root key of a body; 400 when it is missing, empty or not an object (platform.md §2). */
export function rootOf(body: unknown, root: string): Json {
  const value = isObject(body) ? body[root] : undefined
  if (!isObject(value) || Object.keys(value).length === 0) throw missingRoot(root)
  return value
}

/** The text of a query parameter; the last one when it is repeated. */
export function queryText(query: unknown, name: string): string | undefined {
  const value = isObject(query) ? query[name] : undefined
  const last: unknown = Array.isArray(value) ? value.at(-1) : value
  return typeof last === 'string' && last !== '' ? last : undefined
}

/** All texts of `name[]=` (or of a single `name=`). */
export function queryTexts(query: unknown, name: string): string[] | undefined {
  if (!isObject(query)) return undefined
  const value = query[`${name}[]`] ?? query[name]
  if (value === undefined) return undefined
  return (Array.isArray(value) ? value : [value]).filter((v): v is string => typeof v === 'string')
}

/** `true` or `false` as a query text; undefined for anything else. */
export function queryBoolean(query: unknown, name: string): boolean | undefined {
  const text = queryText(query, name)
  return text === 'true' ? true : text === 'false' ? false : undefined
}
