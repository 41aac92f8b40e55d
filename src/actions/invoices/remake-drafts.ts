import type { Instant } from '../../core/calendar/instant.ts'
import type { ClaimedItem } from '../../store/billing/claim.ts'
import { requestsOfDrafts } from '../../store/billing/drafts.ts'
import type { Tx } from '../../store/database.ts'
import { type InvoiceRow, lockInvoices } from '../../store/invoices.ts'
import { runBills } from '../billing/run-bills.ts'
import type { Caller, Context } from '../context.ts'
import type { BatchAction } from '../due/due-action.ts'

/** Due work: drafts whose grace period is over become final, hundreds in one transaction. */
export const finalizeDrafts: BatchAction = {
  kind: 'invoice_finalization',
  itemsMax: 200,
  act: (context, tx, caller, items) => remake(context, tx, caller, items, caller.now),
}

/** Due work: drafts that a change of a plan, a tax or a setting has flagged are made anew. */
export const refreshDrafts: BatchAction = {
  kind: 'draft_refresh',
  itemsMax: 200,
  act: (context, tx, caller, items) => remake(context, tx, caller, items, null),
}

/**
 * Makes drafts anew. Of a customer with several, each follows the one before it, whose number and reductions it has to
 * see.
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

/** The drafts in rounds that hold at most one of each customer, oldest first. */
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
