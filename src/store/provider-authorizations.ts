import type { Selectable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Tx } from './database.ts'
import type { ProviderAuthorizations } from './rows.ts'
import { hashOfToken } from './sessions.ts'
import { ts } from './values.ts'

/** A request for access to an account at a provider, used or not. */
export type AuthorizationRow = Selectable<ProviderAuthorizations>

/** Keeps a request under its state, of which only the hash is stored; those of before an instant are forgotten. */
export async function insertAuthorization(
  tx: Tx,
  asked: {
    readonly organizationId: string
    readonly state: string
    readonly environment: string
    readonly redirectUri: string
    readonly now: Instant
    readonly forgetBefore: Instant
  },
): Promise<void> {
  const { state, now, forgetBefore, ...row } = asked
  await tx.deleteFrom('providerAuthorizations').where('createdAt', '<', ts(forgetBefore)).execute()
  await tx
    .insertInto('providerAuthorizations')
    .values({ ...row, stateHash: hashOfToken(state), createdAt: ts(now) })
    .execute()
}

/** The organization's request with a state, locked until the transaction ends; undefined for any other state. */
export async function lockAuthorization(tx: Tx, state: string): Promise<AuthorizationRow | undefined> {
  return tx
    .selectFrom('providerAuthorizations')
    .selectAll()
    .where('stateHash', '=', hashOfToken(state))
    .forUpdate()
    .executeTakeFirst()
}

/** Uses up the request with a state, which the caller has locked. */
export async function useAuthorization(tx: Tx, state: string, now: Instant): Promise<void> {
  await tx
    .updateTable('providerAuthorizations')
    .set({ usedAt: ts(now) })
    .where('stateHash', '=', hashOfToken(state))
    .execute()
}
