import type { Instant } from '../../core/calendar/instant.ts'
import { raiseFileLinkEpoch } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Makes every link to a file void that the organization has given so far, in answers, webhooks and mails; gives the
 * instant at which it did. Links that are asked for afterwards open.
 */
export async function revokeLinks(context: Context, caller: Caller): Promise<Instant> {
  await inTransaction(context.database, caller, (tx) => raiseFileLinkEpoch(tx, caller.organizationId))
  const { organizationId, apiKeyId, userEmail } = caller
  context.log.info(
    { organizationId, apiKeyId, hasUser: userEmail !== undefined },
    'links to files were revoked',
  )
  return context.systemNow()
}
