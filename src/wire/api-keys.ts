import type { ApiKeyRow } from '../store/api-keys.ts'
import { isoSeconds, isoSecondsOrNull } from './times.ts'

/** A key as lists show it, by its last characters. */
export function toWireApiKey(key: ApiKeyRow): object {
  return {
    lago_id: key.id,
    name: key.name,
    last_characters: key.lastCharacters,
    permissions: key.permissions,
    expires_at: isoSecondsOrNull(key.expiresAt),
    last_used_at: isoSecondsOrNull(key.lastUsedAt),
    created_by: key.createdBy,
    created_at: isoSeconds(key.createdAt),
  }
}

/** The same with its secret, which only the answer that makes it shows. */
export function toWireNewApiKey(key: ApiKeyRow, secret: string): object {
  return { ...toWireApiKey(key), value: secret }
}
