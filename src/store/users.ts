import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Database, Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import type { UserRow } from './sessions.ts'
import { ts } from './values.ts'

/** The user of an address, in whatever case it is written. */
export async function findUserByEmail(database: Database, email: string): Promise<UserRow | undefined> {
  return database.system
    .selectFrom('users')
    .selectAll()
    .where((eb) => eb(eb.fn<string>('lower', ['email']), '=', email.toLowerCase()))
    .orderBy('createdAt')
    .executeTakeFirst()
}

/** Stores the hash of a new password. */
export async function updatePassword(tx: Tx, userId: string, passwordHash: string): Promise<void> {
  await tx.updateTable('users').set({ passwordHash }).where('id', '=', userId).execute()
}

/** Renames a user; null removes the name. */
export async function renameUser(tx: Tx, userId: string, name: string | null): Promise<void> {
  await tx.updateTable('users').set({ name }).where('id', '=', userId).execute()
}

/** Whether anybody can sign in. */
export async function hasUsers(reads: Reads): Promise<boolean> {
  return (await reads.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined
}

/** Whether an organization has a member. */
export async function hasMembers(reads: Reads, organizationId: string): Promise<boolean> {
  const query = reads.selectFrom('memberships').select('id').where('organizationId', '=', organizationId)
  return (await query.limit(1).executeTakeFirst()) !== undefined
}

/** Lets one transaction at a time make the first user of the installation. */
export async function lockFirstUser(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('weir first user', 0))`.execute(tx)
}

/** Creates a user; undefined when the address is taken. */
export async function insertUser(
  tx: Tx,
  user: {
    readonly email: string
    readonly name: string | null
    readonly passwordHash: string
    readonly now: Instant
  },
): Promise<UserRow | undefined> {
  const { email, name, passwordHash, now } = user
  return tx
    .insertInto('users')
    .values({ id: newId(), email: email.toLowerCase(), name, passwordHash, createdAt: ts(now) })
    .onConflict((oc) => oc.column('email').doNothing())
    .returningAll()
    .executeTakeFirst()
}

/** Makes a user a member of an organization; whether they were none before. */
export async function insertMembership(
  tx: Tx,
  membership: {
    readonly organizationId: string
    readonly userId: string
    readonly roles: readonly string[]
    readonly now: Instant
  },
): Promise<boolean> {
  const { organizationId, userId, roles, now } = membership
  const made = await tx
    .insertInto('memberships')
    .values({ organizationId, id: newId(), userId, roles: [...roles], createdAt: ts(now) })
    .onConflict((oc) => oc.columns(['organizationId', 'userId']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return made !== undefined
}

/**
 * Creates the user unless the address exists (its password is then kept), and makes it an admin of the organization.
 * Gives the user's id.
 */
export async function insertMember(
  tx: Tx,
  member: {
    readonly organizationId: string
    readonly email: string
    readonly passwordHash: string
    readonly now: Instant
  },
): Promise<string> {
  const { organizationId, email, passwordHash, now } = member
  const made = await insertUser(tx, { email, name: null, passwordHash, now })
  const { id: userId } =
    made ??
    (await tx
      .selectFrom('users')
      .select('id')
      .where((eb) => eb(eb.fn<string>('lower', ['email']), '=', email.toLowerCase()))
      .executeTakeFirstOrThrow())
  await insertMembership(tx, { organizationId, userId, roles: ['admin'], now })
  return userId
}
