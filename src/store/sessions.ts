import { createHash } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import { IDLE_MS, LIFE_MS } from '../core/sessions/session-life.ts'
import type { Database, Tx } from './database.ts'
import { newId } from './ids.ts'
import type { Sessions, Users } from './rows.ts'
import { ts } from './values.ts'

export type UserRow = Selectable<Users>
export type SessionRow = Selectable<Sessions>

/** A session that goes on, with its user. */
export type SessionOfUser = SessionRow & {
  readonly email: string
  readonly name: string | null
}

/** The SHA-256 of a token of a cookie or a link, which is what is stored of it. */
export function hashOfToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Creates a session of a user who has just given the password. */
export async function insertSession(
  database: Database,
  session: {
    readonly userId: string
    readonly token: string
    readonly ipAddress: string
    readonly userAgent: string
    readonly now: Instant
  },
): Promise<void> {
  const { userId, token, ipAddress, userAgent, now } = session
  await database.system
    .insertInto('sessions')
    .values({
      id: newId(),
      userId,
      tokenHash: hashOfToken(token),
      ipAddress,
      userAgent,
      confirmedAt: ts(now),
      lastUsedAt: ts(now),
      createdAt: ts(now),
    })
    .execute()
}

const goingOn = (now: Instant) =>
  sql<boolean>`(s.created_at > ${new Date(now - LIFE_MS).toISOString()}::timestamptz
    and s.last_used_at > ${new Date(now - IDLE_MS).toISOString()}::timestamptz)`

/** The session of a token; undefined when there is none or it has ended. */
export async function findSession(
  database: Database,
  token: string,
  now: Instant,
): Promise<SessionOfUser | undefined> {
  return database.system
    .selectFrom('sessions as s')
    .innerJoin('users as u', 'u.id', 's.userId')
    .selectAll('s')
    .select(['u.email', 'u.name'])
    .where('s.tokenHash', '=', hashOfToken(token))
    .where(goingOn(now))
    .executeTakeFirst()
}

/** The sessions of a user that go on, the one used last first. */
export async function listSessions(
  database: Database,
  userId: string,
  now: Instant,
): Promise<readonly SessionRow[]> {
  return database.system
    .selectFrom('sessions as s')
    .selectAll('s')
    .where('s.userId', '=', userId)
    .where(goingOn(now))
    .orderBy('s.lastUsedAt', 'desc')
    .orderBy('s.id')
    .execute()
}

/** Whether a user has, or had of late, a session of a program like this one. */
export async function hasSessionOfDevice(
  database: Database,
  userId: string,
  userAgent: string,
): Promise<boolean> {
  const found = await database.system
    .selectFrom('sessions')
    .select('id')
    .where('userId', '=', userId)
    .where('userAgent', '=', userAgent)
    .executeTakeFirst()
  return found !== undefined
}

/** Ends sessions of a user: one, or all but one. Gives how many. */
export async function deleteSessions(
  database: Database,
  userId: string,
  which: { readonly id: string } | { readonly exceptId: string | null },
): Promise<number> {
  return deleteSessionsOf(database.system, userId, which)
}

/** The same in a transaction of the database's owner. */
export async function deleteSessionsOf(
  tx: Pick<Tx, 'deleteFrom'>,
  userId: string,
  which: { readonly id: string } | { readonly exceptId: string | null },
): Promise<number> {
  let query = tx.deleteFrom('sessions').where('userId', '=', userId)
  if ('id' in which) query = query.where('id', '=', which.id)
  else if (which.exceptId !== null) query = query.where('id', '<>', which.exceptId)
  const { numDeletedRows } = await query.executeTakeFirst()
  return Number(numDeletedRows)
}

/** Deletes the sessions that ended long ago by themselves. */
export async function dropEndedSessions(database: Database, now: Instant): Promise<void> {
  await sql`delete from sessions s where not ${goingOn(now)}`.execute(database.system)
}

export async function touchSession(database: Database, id: string, now: Instant): Promise<void> {
  await database.system
    .updateTable('sessions')
    .set({ lastUsedAt: ts(now) })
    .where('id', '=', id)
    .where('lastUsedAt', '<', ts(now))
    .execute()
}

/** Notes that the password was given again. */
export async function confirmSession(database: Database, id: string, now: Instant): Promise<void> {
  await database.system
    .updateTable('sessions')
    .set({ confirmedAt: ts(now), lastUsedAt: ts(now) })
    .where('id', '=', id)
    .execute()
}
