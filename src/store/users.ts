import { createHash } from 'node:crypto'
import type { Instant } from '../core/calendar/instant.ts'
import type { Database, Tx } from './database.ts'
import { newId } from './ids.ts'
import { ts } from './values.ts'

/**
 * Creates the user unless the address exists (its password is then kept), and makes it an admin of the organization.
 */
export async function insertMember(
  database: Database,
  member: {
    readonly organizationId: string
    readonly email: string
    readonly passwordHash: string
    readonly now: Instant
  },
): Promise<void> {
  await database.system.transaction().execute(async (tx) => {
    await tx
      .insertInto('users')
      .values({
        id: newId(),
        email: member.email,
        passwordHash: member.passwordHash,
        createdAt: ts(member.now),
      })
      .onConflict((oc) => oc.column('email').doNothing())
      .execute()
    const user = await tx
      .selectFrom('users')
      .select('id')
      .where('email', '=', member.email)
      .executeTakeFirstOrThrow()
    await tx
      .insertInto('memberships')
      .values({
        organizationId: member.organizationId,
        id: newId(),
        userId: user.id,
        createdAt: ts(member.now),
      })
      .onConflict((oc) => oc.columns(['organizationId', 'userId']).doNothing())
      .execute()
  })
}

/** Creates an invitation; only the hash of its token is stored. */
export async function insertInvite(
  tx: Tx,
  invite: {
    readonly organizationId: string
    readonly email: string
    readonly token: string
    readonly now: Instant
  },
): Promise<void> {
  await tx
    .insertInto('invites')
    .values({
      organizationId: invite.organizationId,
      id: newId(),
      email: invite.email,
      tokenHash: createHash('sha256').update(invite.token).digest(),
      roles: ['admin'],
      createdAt: ts(invite.now),
    })
    .execute()
}
