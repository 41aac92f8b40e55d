import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { hashOfToken, type UserRow } from './sessions.ts'
import { ts } from './values.ts'

/** Keeps a link with which a user sets a new password; links that the user had since before an instant are void. */
export async function insertPasswordReset(
  tx: Tx,
  reset: {
    readonly token: string
    readonly userId: string
    readonly now: Instant
    readonly voidBefore: Instant
  },
): Promise<void> {
  const { token, userId, now, voidBefore } = reset
  await tx
    .deleteFrom('passwordResets')
    .where('userId', '=', userId)
    .where('createdAt', '<=', ts(voidBefore))
    .execute()
  await tx
    .insertInto('passwordResets')
    .values({ tokenHash: hashOfToken(token), userId, createdAt: ts(now) })
    .execute()
}

/** A link, whether it is still good or not, with its user. */
export type PasswordResetView = UserRow & { readonly usedAt: Instant | null; readonly madeAt: Instant }

export async function findPasswordReset(reads: Reads, token: string): Promise<PasswordResetView | undefined> {
  return reads
    .selectFrom('passwordResets as r')
    .innerJoin('users as u', 'u.id', 'r.userId')
    .selectAll('u')
    .select(['r.usedAt', 'r.createdAt as madeAt'])
    .where('r.tokenHash', '=', hashOfToken(token))
    .executeTakeFirst()
}

/** Uses a link up, and with it all others of its user; whether it was still unused. */
export async function usePasswordReset(tx: Tx, token: string, now: Instant): Promise<boolean> {
  const used = await tx
    .updateTable('passwordResets')
    .set({ usedAt: ts(now) })
    .where('tokenHash', '=', hashOfToken(token))
    .where('usedAt', 'is', null)
    .returning('userId')
    .executeTakeFirst()
  if (!used) return false
  const others = tx.updateTable('passwordResets').set({ usedAt: ts(now) })
  await others.where('userId', '=', used.userId).where('usedAt', 'is', null).execute()
  return true
}
