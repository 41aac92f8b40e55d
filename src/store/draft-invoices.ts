import type { Reads, Tx } from './database.ts'
import type { InvoiceRow } from './invoices.ts'
import { anyOf } from './values.ts'

/** Flags drafts with a subscription on one of the plans for a rebuild (docs/rules/plans.md#changing-a-plan). */
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
        .where('s.planId', '=', anyOf(planIds)),
    )
    .execute()
}

export type DraftRow = InvoiceRow & { readonly isPeriodic: boolean }

/** The drafts of a customer, or with a subscription on a plan, at most `limit`. */
export async function draftsOf(
  reads: Reads,
  of: { readonly customerId: string } | { readonly planId: string },
  limit?: number,
): Promise<DraftRow[]> {
  let query = reads
    .selectFrom('invoices as i')
    .selectAll('i')
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom('invoiceSubscriptions as l')
            .select('l.id')
            .whereRef('l.invoiceId', '=', 'i.id')
            .where('l.isRecurring', '=', true),
        )
        .as('isPeriodic'),
    )
    .where('i.status', '=', 'draft')
    .orderBy('i.createdAt')
    .orderBy('i.id')
  if ('customerId' in of) query = query.where('i.customerId', '=', of.customerId)
  else {
    const { planId } = of
    query = query.where('i.id', 'in', (eb) =>
      eb
        .selectFrom('invoiceSubscriptions as l')
        .innerJoin('subscriptions as s', 's.id', 'l.subscriptionId')
        .select('l.invoiceId')
        .where('s.planId', '=', planId),
    )
  }
  if (limit !== undefined) query = query.limit(limit)
  const rows = await query.execute()
  return rows.map((row) => ({ ...row, isPeriodic: Boolean(row.isPeriodic) }))
}
