import type { Tx } from './database.ts'

/**
 * Flags the drafts that hold a subscription of one of the plans to be computed anew
 * (subscriptions-and-invoicing §1.3).
 */
export async function flagDraftsOfPlans(tx: Tx, planIds: readonly string[]): Promise<void> {
  if (planIds.length === 0) return
  await tx
    .updateTable('invoices')
    .set({ readyToBeRefreshed: true })
    .where('status', '=', 'draft')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('invoiceSubscriptions as l')
        .innerJoin('subscriptions as s', 's.id', 'l.subscriptionId')
        .select('l.invoiceId')
        .where('s.planId', 'in', [...planIds]),
    )
    .execute()
}
