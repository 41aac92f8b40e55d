import type { Instant } from '../calendar/instant.ts'
import { Fields, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'
import { mayGive, type Permissions, readPermissions } from './permissions.ts'

const NAME_LENGTH_MAX = 255

export type ApiKeyInput = {
  /** Undefined when the request has none. */
  readonly name: string | null | undefined
  readonly permissions: Permissions
  readonly expiresAt: Instant | null
}

/**
 * A key to be made, or to take the place of another. Without `permissions` it may do what its maker may; more is
 * `value_is_invalid`. `expires_at` is an instant later than `now`, or null.
 */
export function readApiKeyInput(input: Input, own: Permissions, now: Instant): Outcome<ApiKeyInput> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const name = fields.text('name', NAME_LENGTH_MAX)
  const expiresAt = fields.instant('expires_at') ?? null
  if (expiresAt !== null && expiresAt <= now) problems.add('expires_at', 'value_is_out_of_range')
  const isAbsent = !fields.has('permissions') || fields.isNull('permissions')
  const permissions = isAbsent ? own : readPermissions(input.permissions)
  if (permissions === undefined || !mayGive(own, permissions)) problems.add('permissions', 'value_is_invalid')
  return problems.outcome({ name, permissions: permissions ?? {}, expiresAt })
}
