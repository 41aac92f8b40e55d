import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import type { OrganizationRow } from './organizations.ts'
import { hashOfToken } from './sessions.ts'
import { ts } from './values.ts'

/** Keeps a link with which the first member becomes the admin of an organization. */
export async function insertOwnerLink(
  tx: Tx,
  link: { readonly token: string; readonly organizationId: string; readonly now: Instant },
): Promise<void> {
  const { token, organizationId, now } = link
  await tx
    .insertInto('ownerLinks')
    .values({ tokenHash: hashOfToken(token), organizationId, createdAt: ts(now) })
    .execute()
}

/** The organization of a link that was made after an instant; undefined when there is none. */
export async function findOwnerLink(
  reads: Reads,
  token: string,
  madeAfter: Instant,
): Promise<OrganizationRow | undefined> {
  return reads
    .selectFrom('ownerLinks as l')
    .innerJoin('organizations as o', 'o.id', 'l.organizationId')
    .selectAll('o')
    .where('l.tokenHash', '=', hashOfToken(token))
    .where('l.createdAt', '>', ts(madeAfter))
    .executeTakeFirst()
}

/** Deletes every link of an organization: it has a member now. */
export async function deleteOwnerLinks(tx: Tx, organizationId: string): Promise<void> {
  await tx.deleteFrom('ownerLinks').where('organizationId', '=', organizationId).execute()
}
