import type { SubscriptionSettings } from '../../core/subscriptions/subscription-input.ts'
import type { Tx } from '../../store/database.ts'
import {
  replaceSubscriptionThresholds,
  type SubscriptionRow,
  updateSubscription,
} from '../../store/subscriptions.ts'
import type { Caller } from '../context.ts'
import { selectSections } from '../invoice-custom-sections/select-sections.ts'

/**
 * Writes what a request says about a subscription and other tables hold: usage thresholds of its own and its selection
 * of custom sections. Absent parts stay. 404 `invoice_custom_section_not_found`.
 */
export async function writeOwnParts(
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
  { usageThresholds, sections }: Pick<SubscriptionSettings, 'usageThresholds' | 'sections'>,
): Promise<void> {
  if (usageThresholds) await replaceSubscriptionThresholds(tx, row, usageThresholds, caller.now)
  if (!sections) return
  await updateSubscription(tx, row.id, { skipInvoiceCustomSections: sections.skips })
  await selectSections(tx, caller, { column: 'subscriptionId', id: row.id }, sections.codes)
}
