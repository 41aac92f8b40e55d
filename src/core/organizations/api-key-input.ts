import type { Instant } from '../calendar/instant.ts'
import { Fields, type Input, isInput } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'
import { PERMISSION_RESOURCES, type Permissions } from './permissions.ts'

const NAME_LENGTH_MAX = 255
const MODES: readonly unknown[] = ['read', 'write']

export type ApiKeyInput = {
  /** Undefined when the request has none. */
  readonly name: string | null | undefined
  readonly permissions: Permissions
  readonly expiresAt: Instant | null
}

/**
 * The input for creating or rotating a key. Without `permissions` it gets those of the key that creates it (`own`);
 * anything beyond them is `value_is_invalid`. `expires_at` is an instant after `now`, or null.
 */
export function readApiKeyInput(input: Input, own: Permissions, now: Instant): Outcome<ApiKeyInput> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const name = fields.text('name', NAME_LENGTH_MAX)
  const expiresAt = fields.instant('expires_at') ?? null
  if (expiresAt !== null && expiresAt <= now) problems.add('expires_at', 'value_is_out_of_range')
  const isAbsent = !fields.has('permissions') || fields.isNull('permissions')
  const permissions = isAbsent ? standardOf(own) : readPermissions(input.permissions)
  if (permissions === undefined || !mayGive(own, permissions)) problems.add('permissions', 'value_is_invalid')
  return problems.outcome({ name, permissions: permissions ?? {}, expiresAt })
}

/** What a new key may do unless its permissions are named: all that its maker may, but to connect payment providers. */
function standardOf({ payment_provider: _, ...rest }: Permissions): Permissions {
  return rest
}

/** Whether a key with the permissions `own` may grant `given`: no key grants what it lacks. */
export function mayGive(own: Permissions, given: Permissions): boolean {
  return Object.entries(given).every(([resource, modes]) =>
    modes.every((mode) => own[resource]?.includes(mode) === true),
  )
}

/** The permissions in a request; undefined if they name an unknown resource or mode. */
function readPermissions(raw: unknown): Permissions | undefined {
  if (!isInput(raw)) return undefined
  const resources: readonly string[] = PERMISSION_RESOURCES
  const isModes = (value: unknown) => Array.isArray(value) && value.every((each) => MODES.includes(each))
  const entries = Object.entries(raw)
  if (!entries.every(([resource, modes]) => resources.includes(resource) && isModes(modes))) return undefined
  return Object.fromEntries(entries.map(([resource, modes]) => [resource, [...new Set(modes as string[])]]))
}
