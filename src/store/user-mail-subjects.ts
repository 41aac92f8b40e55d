import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'

/** What the mail of an invitation says. */
export type InvitationSubject = {
  readonly inviteId: string
  /** The name of the invited user, or the address. */
  readonly recipient: string
  readonly organizationName: string
  readonly invitedBy: string | null
  readonly invitedAt: Instant
  /** Neither accepted nor revoked. */
  readonly isOpen: boolean
}

/** An invitation of an organization. For reads of the database's owner. */
export async function findInvitationSubject(
  reads: Reads,
  { organizationId, inviteId }: { readonly organizationId: string; readonly inviteId: string },
): Promise<InvitationSubject | undefined> {
  const { rows } = await sql<InvitationSubject>`
    select i.id as invite_id, coalesce(nullif(u.name, ''), i.email) as recipient, o.name as organization_name,
      i.invited_by, i.created_at as invited_at, i.accepted_at is null and i.revoked_at is null as is_open
    from invites i
    join organizations o on o.id = i.organization_id
    left join users u on lower(u.email) = lower(i.email)
    where i.organization_id = ${organizationId} and i.id = ${inviteId}`.execute(reads)
  return rows[0]
}

/** A user who wants a new password, and the organization that the mail belongs to: the first that they joined. */
export type ResetSubject = {
  readonly userId: string
  readonly email: string
  readonly organizationId: string
  readonly locale: string | null
}

/**
 * The user of an address, locked until the transaction ends, so that requests of the same user follow one another;
 * undefined for an address of nobody, and for a user who is a member nowhere. For the database's owner.
 */
export async function lockResetSubject(tx: Tx, email: string): Promise<ResetSubject | undefined> {
  const { rows } = await sql<ResetSubject>`
    select u.id as user_id, u.email, m.organization_id, o.document_locale as locale
    from users u
    join memberships m on m.user_id = u.id
    join organizations o on o.id = m.organization_id
    where lower(u.email) = lower(${email})
    order by u.created_at, m.created_at, m.id
    limit 1
    for no key update of u`.execute(tx)
  return rows[0]
}

/** The name of a user, or the address. For reads of the database's owner. */
export async function findUserName(reads: Reads, userId: string): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    select coalesce(nullif(name, ''), email) as name from users where id = ${userId}`.execute(reads)
  return rows[0]?.name
}

/** Queues the answer to a request for a new password: the same work whether the address is known or not. */
export async function queueResetRequest(
  tx: Tx,
  request: { readonly key: string; readonly payload: Readonly<Record<string, string>> },
): Promise<void> {
  const jobs = JSON.stringify([{ payload: request.payload, key: request.key }])
  await sql`select weir_enqueue_jobs('answer_password_reset', ${jobs}::json, 5::int)`.execute(tx)
}
