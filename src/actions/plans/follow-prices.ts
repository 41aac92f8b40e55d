import type { Tx } from '../../store/database.ts'
import { flagDraftsOfPlans } from '../../store/draft-invoices.ts'
import { scheduleWalletRefreshOfPlans } from '../../store/ongoing-balances.ts'
import type { Caller } from '../context.ts'

/** Has drafts rebuilt and ongoing balances refreshed after prices of plans changed. */
export async function followPrices(tx: Tx, caller: Caller, planIds: readonly string[]): Promise<void> {
  await flagDraftsOfPlans(tx, planIds)
  await scheduleWalletRefreshOfPlans(tx, caller.organizationId, planIds, caller.now)
}
