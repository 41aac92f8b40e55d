import { allPermissions } from '../../core/organizations/permissions.ts'
import { addApiKey, findApiKey } from '../../store/api-keys.ts'
import { findOrganizationByName } from '../../store/first-organization.ts'
import { countOrganizations } from '../../store/organizations.ts'
import { inSystemTransaction } from '../../store/transaction.ts'
import { insertMember } from '../../store/users.ts'
import type { Context } from '../context.ts'
import { hashPassword } from '../users/passwords.ts'
import { createOrganization } from './create-organization.ts'

export type WantedOrganization = {
  readonly name: string
  readonly email: string | null
  readonly password: string | null
  readonly apiKey: string | null
  /** Requested by the environment: found or created even if there are other organizations. */
  readonly isRequested: boolean
}

export type EnsuredOrganization = {
  readonly name: string
  readonly isNew: boolean
  /** A newly generated key; null when the operator chose it or it existed. */
  readonly freshApiKey: string | null
}

/**
 * Finds or creates the organization at startup: always on an empty database, later only if the environment requests
 * one. Every record is found or created, so repeating is harmless; an existing user's password is not changed. Null
 * when there is nothing to do.
 */
export async function ensureOrganization(
  context: Context,
  wanted: WantedOrganization,
): Promise<EnsuredOrganization | null> {
  const count = await countOrganizations(context.database)
  if (count > 0 && !wanted.isRequested) return null
  const { name, email, password, apiKey } = wanted
  const now = context.systemNow()
  const holder = apiKey === null ? undefined : await findApiKey(context.database, apiKey, now)
  const found = count === 0 ? undefined : await findOrganizationByName(context.database, name)
  const organizationId = found?.id ?? holder?.organizationId
  if (organizationId === undefined) {
    const made = await createOrganization(context, {
      name,
      email,
      isSandbox: false,
      ...(password === null ? {} : { password }),
      ...(apiKey === null ? {} : { apiKey }),
    })
    return { name, isNew: true, freshApiKey: apiKey === null ? made.apiKey : null }
  }
  if (email !== null && password !== null) {
    const passwordHash = await hashPassword(password)
    await inSystemTransaction(context.database, (tx) =>
      insertMember(tx, { organizationId, email, passwordHash, now }),
    )
  }
  if (apiKey !== null && holder === undefined) {
    const permissions = allPermissions()
    const key = { organizationId, name: null, permissions, expiresAt: null, now, secret: apiKey }
    await inSystemTransaction(context.database, (tx) => addApiKey(tx, key))
  }
  return { name, isNew: false, freshApiKey: null }
}
