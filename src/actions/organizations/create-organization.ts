import { randomUUID } from 'node:crypto'
import { defaultsOfCountry } from '../../core/organizations/country-defaults.ts'
import { documentPrefix, parameterize } from '../../core/organizations/names.ts'
import { allPermissions } from '../../core/organizations/permissions.ts'
import { invalid } from '../../core/refusal.ts'
import { addApiKey } from '../../store/api-keys.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { insertInvite } from '../../store/invitations.ts'
import {
  insertBillingEntity,
  insertOrganization,
  type OrganizationRow,
  stamps,
} from '../../store/organizations.ts'
import { inSystemTransaction } from '../../store/transaction.ts'
import { insertMember } from '../../store/users.ts'
import type { Context } from '../context.ts'
import { queueInvitationMail } from '../mails/user-mails.ts'
import { newInvitationToken } from '../users/link-tokens.ts'
import { hashPassword } from '../users/passwords.ts'

const NAME_IN_SLUG_MAX = 60

/** What every new organization has. */
export type OrganizationParts = {
  readonly name: string
  readonly email: string | null
  readonly isSandbox: boolean
  readonly premiumIntegrations?: readonly string[]
  /** Sets the country, and the currency, time zone and language that are usual there. */
  readonly country?: string | null
}

export type NewOrganization = OrganizationParts & {
  /** A key chosen by the operator; random if absent. */
  readonly apiKey?: string
  /** With a password, the owner is a member immediately; without one, the address is invited. */
  readonly password?: string
}

/**
 * Creates an organization with its default billing entity (same id), one API key with every permission, and its
 * owner's membership or invitation, in one transaction. The key's secret is returned only here.
 */
export async function createOrganization(
  context: Context,
  input: NewOrganization,
): Promise<{ organization: OrganizationRow; apiKey: string; inviteUrl: string | null }> {
  const now = context.systemNow()
  const { email } = input
  const passwordHash = input.password === undefined ? null : await hashPassword(input.password)
  const token = newInvitationToken()
  const isInvited = email !== null && passwordHash === null
  return inSystemTransaction(context.database, async (tx) => {
    const organization = await writeOrganization(context, tx, input)
    const organizationId = organization.id
    if (email !== null && passwordHash !== null) {
      await insertMember(tx, { organizationId, email, passwordHash, now })
    } else if (email !== null) {
      const fresh = { organizationId, email, token, roles: ['admin'], invitedBy: null, now }
      await queueInvitationMail(context, tx, organization, await insertInvite(tx, fresh))
    }
    const { secret } = await addApiKey(tx, {
      organizationId,
      name: null,
      permissions: allPermissions(),
      expiresAt: null,
      now,
      ...(input.apiKey === undefined ? {} : { secret: input.apiKey }),
    })
    const inviteUrl = isInvited ? `${context.settings.frontUrl}/invitation/${token}` : null
    return { organization, apiKey: secret, inviteUrl }
  })
}

/**
 * Writes an organization and its default billing entity, which has the same id, in a transaction of the database's
 * owner. 422 without a name.
 */
export async function writeOrganization(
  context: Context,
  tx: Tx,
  input: OrganizationParts,
): Promise<OrganizationRow> {
  const name = input.name.trim()
  if (name === '') throw invalid({ name: ['value_is_mandatory'] })
  const now = context.systemNow()
  const id = newId()
  const country = input.country ?? null
  const { currency, timezone, documentLocale } = defaultsOfCountry(country)
  const shared = {
    ...{ country, timezone, documentLocale, defaultCurrency: currency },
    documentNumberPrefix: documentPrefix(name, id),
    ...stamps(now),
  }
  const organization = await insertOrganization(tx, {
    ...{ id, name, slug: newSlug(name, id) },
    isSandbox: input.isSandbox,
    hmacKey: randomUUID(),
    email: input.email,
    premiumIntegrations: [...(input.premiumIntegrations ?? [])],
    ...shared,
  })
  const code = parameterize(name, '_') || 'default'
  await insertBillingEntity(tx, { ...{ organizationId: id, id, code, name, isDefault: true }, ...shared })
  return organization
}

/** The name and the end of the id, which makes it unique. */
function newSlug(name: string, id: string): string {
  const start = parameterize(name).slice(0, NAME_IN_SLUG_MAX).replace(/-$/, '')
  return `${start || 'organization'}-${id.slice(-6)}`
}
