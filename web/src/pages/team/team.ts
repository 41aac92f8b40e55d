export type Role = {
  readonly code: string
  readonly name: string
  readonly description: string | null
  readonly is_built_in: boolean
  readonly permissions: readonly string[]
  readonly members_count: number
}

export type Member = {
  readonly id: string
  readonly email: string
  readonly name: string | null
  readonly roles: readonly string[]
  readonly created_at: string
  readonly last_seen_at: string | null
}

export type Invitation = {
  readonly id: string
  readonly email: string
  readonly roles: readonly string[]
  readonly status: 'pending' | 'expired'
  readonly invited_by: string | null
  readonly expires_at: string
  /** Only in the answer that makes the link. */
  readonly url?: string
  /** Whether a mail with a link is on its way; as `url`. */
  readonly is_mailed?: boolean
}

/** The names of roles by their codes; a code that is unknown stays as it is. */
export const roleNames = (codes: readonly string[], roles: readonly Role[]): string =>
  codes.map((code) => roles.find((role) => role.code === code)?.name ?? code).join(', ')

/** Permissions by what they are on: `organization:taxes:view` is `view` of `organization:taxes`. */
export function permissionGroups(
  permissions: readonly string[],
): readonly { readonly resource: string; readonly permissions: readonly string[] }[] {
  const groups = new Map<string, string[]>()
  for (const permission of permissions) {
    const resource = permission.slice(0, permission.lastIndexOf(':'))
    groups.set(resource, [...(groups.get(resource) ?? []), permission])
  }
  return [...groups].map(([resource, all]) => ({ resource, permissions: all }))
}

/** The last part of a permission in words: `plans:top_up` is `Top up`. */
export function actionWords(permission: string): string {
  const action = permission.slice(permission.lastIndexOf(':') + 1).replaceAll('_', ' ')
  return `${action.charAt(0).toUpperCase()}${action.slice(1)}`
}

/** What is not written as it is spelled in a permission. */
const RESOURCE_WORDS: Readonly<Record<string, string>> = { addons: 'Add-ons', data_api: 'Data API' }

/** What a permission is on in words: `organization:taxes` is `Organization › taxes`. */
export function resourceWords(resource: string): string {
  const known = RESOURCE_WORDS[resource]
  if (known) return known
  const words = resource.replaceAll('_', ' ').replaceAll(':', ' › ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}
