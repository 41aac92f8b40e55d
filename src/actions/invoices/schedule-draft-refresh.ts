import { instant } from '../../core/calendar/instant.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import type { Caller } from '../context.ts'

/** Flagged drafts are computed anew by a clock of five minutes (subscriptions-and-invoicing §1.3, §11). */
const REFRESH_MS = 300_000

/** Makes the refresh of flagged drafts due at the next full five minutes. */
export async function scheduleDraftRefresh(
  tx: Tx,
  caller: Caller,
  invoiceIds: readonly string[],
): Promise<void> {
  const dueAt = instant((Math.floor(caller.now / REFRESH_MS) + 1) * REFRESH_MS)
  for (const subjectId of invoiceIds) {
    await scheduleItem(tx, caller.organizationId, { kind: 'draft_refresh', subjectId, dueAt })
  }
}
