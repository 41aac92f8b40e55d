import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { Invites } from './rows.ts'
import { hashOfToken } from './sessions.ts'
import { ts } from './values.ts'

export type InviteRow = Selectable<Invites>

/** Creates an invitation; only the hash of its token is stored. */
export async function insertInvite(
  tx: Tx,
  invite: {
    readonly organizationId: string
    readonly email: string
    readonly token: string
    readonly roles: readonly string[]
    /** The address of the member who invites; null for the operator. */
    readonly invitedBy: string | null
    readonly now: Instant
  },
): Promise<InviteRow> {
  const { organizationId, email, token, roles, invitedBy, now } = invite
  return tx
    .insertInto('invites')
    .values({
      ...{ organizationId, id: newId(), email, tokenHash: hashOfToken(token) },
      ...{ roles: [...roles], invitedBy, createdAt: ts(now) },
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

const openOf = (reads: Reads) =>
  reads.selectFrom('invites').selectAll().where('acceptedAt', 'is', null).where('revokedAt', 'is', null)

/** One page of the invitations that were neither accepted nor revoked, the latest first. */
export async function listOpenInvites(reads: Reads, slice: Slice): Promise<Listed<InviteRow>> {
  return pageOf(openOf(reads).orderBy('createdAt', 'desc').orderBy('id'), slice)
}

export async function findOpenInvite(reads: Reads, id: string): Promise<InviteRow | undefined> {
  return openOf(reads).where('id', '=', id).executeTakeFirst()
}

/** The open invitations of addresses. */
export async function findOpenInvitesOf(reads: Reads, emails: readonly string[]): Promise<InviteRow[]> {
  return openOf(reads)
    .where((eb) => eb(eb.fn<string>('lower', ['email']), 'in', [...emails]))
    .execute()
}

export async function revokeInvite(tx: Tx, id: string, now: Instant): Promise<void> {
  await tx
    .updateTable('invites')
    .set({ revokedAt: ts(now) })
    .where('id', '=', id)
    .execute()
}

/** Gives an invitation another token and begins its time anew; its links of before are void. */
export async function renewInvite(tx: Tx, id: string, token: string, now: Instant): Promise<InviteRow> {
  await tx.deleteFrom('inviteLinks').where('inviteId', '=', id).execute()
  return tx
    .updateTable('invites')
    .set({ tokenHash: hashOfToken(token), createdAt: ts(now) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Gives an open invitation one more link, for its mail. */
export async function insertInviteLink(
  tx: Tx,
  link: {
    readonly organizationId: string
    readonly inviteId: string
    readonly token: string
    readonly now: Instant
  },
): Promise<void> {
  const { organizationId, inviteId, token, now } = link
  await tx
    .insertInto('inviteLinks')
    .values({ organizationId, inviteId, tokenHash: hashOfToken(token), createdAt: ts(now) })
    .execute()
}

/** An invitation by its token, in any organization, with what its page shows. */
export type InvitationView = InviteRow & { readonly organizationName: string; readonly isKnown: boolean }

/** The invitation of a token; `isKnown` when its address has a user. For reads of the database's owner. */
export async function findInvitation(reads: Reads, token: string): Promise<InvitationView | undefined> {
  return reads
    .selectFrom('invites as i')
    .innerJoin('organizations as o', 'o.id', 'i.organizationId')
    .selectAll('i')
    .select('o.name as organizationName')
    .select(sql<boolean>`exists (select from users u where lower(u.email) = lower(i.email))`.as('isKnown'))
    .where((eb) =>
      eb.or([
        eb('i.tokenHash', '=', hashOfToken(token)),
        eb(
          'i.id',
          'in',
          eb
            .selectFrom('inviteLinks as l')
            .select('l.inviteId')
            .where('l.tokenHash', '=', hashOfToken(token)),
        ),
      ]),
    )
    .executeTakeFirst()
}

/** Accepts an invitation; whether it was still open. */
export async function acceptInvite(tx: Tx, id: string, now: Instant): Promise<boolean> {
  const accepted = await tx
    .updateTable('invites')
    .set({ acceptedAt: ts(now) })
    .where('id', '=', id)
    .where('acceptedAt', 'is', null)
    .where('revokedAt', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return accepted !== undefined
}
