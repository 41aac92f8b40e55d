import { sql } from 'kysely'
import type { Reads, Tx } from './database.ts'
import type { InvoiceRow } from './invoices.ts'

/** Flags drafts with a subscription on one of the plans for a rebuild (docs/rules/plans.md#changing-a-plan). */
export async function flagDraftsOfPlans(tx: Tx, planIds: readonly string[]): Promise<void> {
  if (planIds.length === 0) return
  // Many changes may flag the same drafts, so they are locked in the order of their ids.
  await sql`
    with meant as materialized (
      select i.id from invoices i
      where i.status = 'draft' and i.id in (
        select l.invoice_id from invoice_subscriptions l
        join subscriptions s on s.id = l.subscription_id
        where s.plan_id = any (${[...planIds]}::uuid[])
      )
      order by i.id
      for no key update
    )
    update invoices i set ready_to_be_refreshed = true from meant where i.id = meant.id`.execute(tx)
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
