import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Database, Reads, Tx } from './database.ts'
import type { OrganizationRow } from './organizations.ts'
import { anyOf } from './values.ts'

/** A user's place in an organization: the codes of the roles, and those that the organization defines itself. */
export type MembershipView = {
  readonly id: string
  readonly userId: string
  readonly organization: OrganizationRow
  readonly roles: readonly string[]
  readonly ownRoles: ReadonlyMap<string, readonly string[]>
}

/**
 * The organizations of a user, by name; with a slug, only that one. The roles that an organization defines come with
 * them.
 */
export async function listMemberships(
  database: Database,
  userId: string,
  slug?: string,
): Promise<readonly MembershipView[]> {
  let query = database.system
    .selectFrom('memberships as m')
    .innerJoin('organizations as o', 'o.id', 'm.organizationId')
    .selectAll('o')
    .select(['m.id as membershipId', 'm.roles'])
    .select(
      sql<Record<string, string[]> | null>`(
        select json_object_agg(r.code, r.permissions) from roles r
        where r.organization_id = m.organization_id and r.code = any (m.roles))`.as('ownRoles'),
    )
    .where('m.userId', '=', userId)
  if (slug !== undefined) query = query.where('o.slug', '=', slug)
  const rows = await query.orderBy('o.name').orderBy('o.id').execute()
  return rows.map(({ membershipId, roles, ownRoles, ...organization }) => ({
    id: membershipId,
    userId,
    organization,
    roles,
    ownRoles: new Map(Object.entries(ownRoles ?? {})),
  }))
}

/** An admin of an organization. */
export type AdminOf = {
  readonly organizationId: string
  readonly email: string
  readonly name: string | null
}

/** The admins of organizations, the earliest first. */
export async function listAdmins(
  database: Database,
  organizationIds: readonly string[],
): Promise<readonly AdminOf[]> {
  return database.system
    .selectFrom('memberships as m')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .select(['m.organizationId', 'u.email', 'u.name'])
    .where('m.organizationId', '=', anyOf(organizationIds))
    .where(sql<boolean>`'admin' = any (m.roles)`)
    .orderBy('m.createdAt')
    .orderBy('m.id')
    .execute()
}

/** A member of an organization, as the list of members shows it. */
export type MemberRow = {
  readonly id: string
  readonly userId: string
  readonly email: string
  readonly name: string | null
  readonly roles: readonly string[]
  readonly createdAt: Instant
  /** The last use of one of the user's sessions. */
  readonly lastSeenAt: Instant | null
}

/** The members of an organization, the earliest first; with an id, only that one. Users are of no tenant. */
export async function listMembers(
  reads: Reads,
  organizationId: string,
  id?: string,
): Promise<readonly MemberRow[]> {
  let query = reads
    .selectFrom('memberships as m')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .select(['m.id', 'm.userId', 'm.roles', 'm.createdAt', 'u.email', 'u.name'])
    .select((eb) =>
      eb
        .selectFrom('sessions as s')
        .select((inner) => inner.fn.max<Instant | null>('s.lastUsedAt').as('at'))
        .whereRef('s.userId', '=', 'm.userId')
        .as('lastSeenAt'),
    )
    .where('m.organizationId', '=', organizationId)
  if (id !== undefined) query = query.where('m.id', '=', id)
  return query.orderBy('m.createdAt').orderBy('m.id').execute()
}

/** Which of some addresses are those of members. */
export async function findMemberEmails(
  reads: Reads,
  organizationId: string,
  emails: readonly string[],
): Promise<readonly string[]> {
  const rows = await reads
    .selectFrom('memberships as m')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .select((eb) => eb.fn<string>('lower', ['u.email']).as('email'))
    .where('m.organizationId', '=', organizationId)
    .where((eb) => eb(eb.fn<string>('lower', ['u.email']), 'in', [...emails]))
    .execute()
  return rows.map(({ email }) => email)
}

/** The roles of the organization's members other than one. */
export async function listRolesOfOthers(reads: Reads, exceptId: string): Promise<readonly string[][]> {
  const rows = await reads.selectFrom('memberships').select('roles').where('id', '<>', exceptId).execute()
  return rows.map(({ roles }) => roles)
}

export async function updateMemberRoles(tx: Tx, id: string, roles: readonly string[]): Promise<void> {
  await tx
    .updateTable('memberships')
    .set({ roles: [...roles] })
    .where('id', '=', id)
    .execute()
}

export async function deleteMembership(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('memberships').where('id', '=', id).execute()
}

/** In how many organizations a user is a member. */
export async function countMembershipsOf(reads: Reads, userId: string): Promise<number> {
  const row = await reads
    .selectFrom('memberships')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('userId', '=', userId)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
