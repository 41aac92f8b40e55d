import { randomBytes, randomUUID, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { documentPrefix, parameterize } from '../../core/organizations/names.ts'
import { allPermissions } from '../../core/organizations/permissions.ts'
import { invalid } from '../../core/refusal.ts'
import { insertApiKey } from '../../store/api-keys.ts'
import { newId } from '../../store/ids.ts'
import {
  insertBillingEntity,
  insertOrganization,
  type OrganizationRow,
  stamps,
} from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import { insertInvite, insertMember } from '../../store/users.ts'
import type { Context } from '../context.ts'

export type NewOrganization = {
  readonly name: string
  readonly email: string | null
  readonly isSandbox: boolean
  readonly premiumIntegrations?: readonly string[]
  /** A key chosen by the operator; random if absent. */
  readonly apiKey?: string
  /** With a password, the owner is a member immediately; without one, the address is invited. */
  readonly password?: string
}

/**
 * Creates an organization with its default billing entity (same id), one API key with every permission, and its
 * owner's membership or invitation. The key's secret is returned only here.
 */
export async function createOrganization(
  context: Context,
  input: NewOrganization,
): Promise<{ organization: OrganizationRow; apiKey: string; inviteUrl: string | null }> {
  const name = input.name.trim()
  if (name === '') throw invalid({ name: ['value_is_mandatory'] })
  const now = context.systemNow()
  const id = newId()
  const prefix = documentPrefix(name, id)
  const organization = await insertOrganization(context.database, {
    id,
    name,
    slug: `${parameterize(name) || 'organization'}-${id.slice(-6)}`,
    isSandbox: input.isSandbox,
    hmacKey: randomUUID(),
    documentNumberPrefix: prefix,
    email: input.email,
    premiumIntegrations: [...(input.premiumIntegrations ?? [])],
    ...stamps(now),
  })
  const passwordHash = input.password === undefined ? null : await hashPassword(input.password)
  const token = randomBytes(20).toString('hex')
  await inTransaction(context.database, id, async (tx) => {
    await insertBillingEntity(tx, {
      organizationId: id,
      id,
      code: parameterize(name, '_') || 'default',
      name,
      isDefault: true,
      documentNumberPrefix: prefix,
      ...stamps(now),
    })
    if (input.email !== null && passwordHash === null) {
      await insertInvite(tx, { organizationId: id, email: input.email, token, now })
    }
  })
  if (input.email !== null && passwordHash !== null) {
    await insertMember(context.database, { organizationId: id, email: input.email, passwordHash, now })
  }
  const key = await insertApiKey(context.database, {
    organizationId: id,
    name: null,
    permissions: allPermissions(),
    expiresAt: null,
    now,
    ...(input.apiKey === undefined ? {} : { secret: input.apiKey }),
  })
  const isInvited = input.email !== null && passwordHash === null
  const inviteUrl = isInvited ? `${context.settings.frontUrl}/invitation/${token}` : null
  return { organization, apiKey: key.secret, inviteUrl }
}

/** Hashes a password as `scrypt:<salt>:<hash>`, both in hex. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = (await promisify(scrypt)(password, salt, 64)) as Buffer
  return `scrypt:${salt.toString('hex')}:${hash.toString('hex')}`
}
