import type { Instant } from '../../core/calendar/instant.ts'
import type { ClaimedItem } from '../../store/billing/claim.ts'
import { requestsOfDrafts } from '../../store/billing/drafts.ts'
import type { Tx } from '../../store/database.ts'
import { type InvoiceRow, lockInvoices } from '../../store/invoices.ts'
import { runBills } from '../billing/run-bills.ts'
import type { Caller, Context } from '../context.ts'
import type { BatchAction } from '../due/due-action.ts'

/** Due work: finalizes drafts after their grace period, hundreds per transaction. */
export const finalizeDrafts: BatchAction = {
  kind: 'invoice_finalization',
  itemsMax: 200,
  act: (context, tx, caller, items) => remake(context, tx, caller, items, caller.now),
}

/** Due work: rebuilds drafts that were flagged after a change of a plan, a tax or a setting. */
export const refreshDrafts: BatchAction = {
  kind: 'draft_refresh',
  itemsMax: 200,
  act: (context, tx, caller, items) => remake(context, tx, caller, items, null),
}

/**
 * Rebuilds drafts. If a customer has several, they are rebuilt one after the other, because each depends on the
 * previous one's number and reductions.
 */
async function remake(
  context: Context,
  tx: Tx,
  caller: Caller,
  items: readonly ClaimedItem[],
  finalizedAt: Instant | null,
): Promise<void> {
  const ids = items.map(({ subjectId }) => subjectId)
  const drafts = (await lockInvoices(tx, ids)).filter(({ status }) => status === 'draft')
  for (const round of roundsOf(drafts)) {
    await runBills(context, tx, caller, await requestsOfDrafts(tx, round, finalizedAt))
  }
}

/** The drafts in rounds with at most one per customer, oldest first. */
function roundsOf(drafts: readonly InvoiceRow[]): readonly (readonly InvoiceRow[])[] {
  const rounds: InvoiceRow[][] = []
  const places = new Map<string, number>()
  for (const draft of drafts) {
    const place = places.get(draft.customerId) ?? 0
    places.set(draft.customerId, place + 1)
    const round = rounds[place]
    if (round) round.push(draft)
    else rounds.push([draft])
  }
  return rounds
}
