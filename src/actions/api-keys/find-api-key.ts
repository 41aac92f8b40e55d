import { notFound } from '../../core/refusal.ts'
import type { ApiKeyRow } from '../../store/api-keys.ts'

/** The key of an id among those that work; 404 otherwise. */
export function apiKeyOf(keys: readonly ApiKeyRow[], id: string): ApiKeyRow {
  const key = keys.find((each) => each.id === id)
  if (!key) throw notFound('api_key')
  return key
}
