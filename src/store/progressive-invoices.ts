import { addMs } from '../core/calendar/instant.ts'
import type { BilledSoFar } from '../core/progressive-billing/progressive-check.ts'
import { ZONE_CHANGE_MAX_MS } from '../core/subscriptions/open-window.ts'
import type { Window } from '../core/subscriptions/windows.ts'
import type { Reads } from './database.ts'
import { ts } from './values.ts'

/**
 * A subscription's newest progressive invoice in a charges window and its fees in cents, i.e. what thresholds have
 * billed so far (docs/rules/progressive-billing.md#when-a-threshold-is-passed). Invoices of the subscription before
 * an upgrade are left out, because its last bill already counts as invoiced.
 */
export async function progressivelyBilled(
  reads: Reads,
  subscriptionId: string,
  window: Window,
): Promise<BilledSoFar | undefined> {
  return (
    reads
      .selectFrom('invoices as i')
      .innerJoin('invoiceSubscriptions as l', 'l.invoiceId', 'i.id')
      .select(['i.id as invoiceId', 'i.feesAmountCents as feesCents'])
      .where('i.invoiceType', '=', 'progressive_billing')
      .where('i.status', 'in', ['finalized', 'failed', 'pending'])
      .where('l.subscriptionId', '=', subscriptionId)
      // Matches this period even if the customer's zone changed in it: the previous window may then end inside this
      // one.
      .where('l.chargesFrom', '>', ts(addMs(window.from, -ZONE_CHANGE_MAX_MS)))
      .where('l.chargesFrom', '<=', ts(window.to))
      .where('l.chargesTo', '>=', ts(window.from))
      .orderBy('i.createdAt', 'desc')
      .orderBy('i.id', 'desc')
      .limit(1)
      .executeTakeFirst()
  )
}

/**
 * Whether a progressive invoice for this key already exists
 * (docs/rules/progressive-billing.md#the-progressive-invoice).
 */
export async function hasProgressiveInvoice(reads: Reads, key: string): Promise<boolean> {
  const row = await reads
    .selectFrom('invoices')
    .select('id')
    .where('progressiveKey', '=', key)
    .executeTakeFirst()
  return row !== undefined
}
