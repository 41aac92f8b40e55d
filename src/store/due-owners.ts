import { type RawBuilder, sql } from 'kysely'
import type { DueKind } from '../core/due/kinds.ts'
import type { Reads } from './database.ts'

/** Whose a due item is: the customer, or the plan, that is locked before the item (docs/decisions/0018). */
export type DueOwner = { readonly customerId: string } | { readonly planId: string } | null

/** What the subject of an item is. Kinds that concern an organization's events have no owner. */
const SUBJECT_OF: Readonly<
  Record<DueKind, 'subscription' | 'invoice' | 'customer' | 'plan' | 'deferred' | null>
> = {
  advance_usage: 'subscription',
  subscription_activity: 'subscription',
  plan_deletion: 'plan',
  draft_refresh: 'invoice',
  subscription_start: 'subscription',
  subscription_end: 'subscription',
  subscription_billing: 'subscription',
  invoice_finalization: 'invoice',
  invoice_overdue: 'invoice',
  dunning: 'customer',
  trial_end: 'subscription',
  termination_alert: 'subscription',
  event_validation: null,
  target_wallets: null,
  deferred_event: 'deferred',
  customer_days: 'customer',
  customer_drafts: 'customer',
  plan_amount: 'plan',
  alert_rearming: 'subscription',
  // The action locks the coupon itself; nobody waits for the item while holding the coupon.
  coupon_expiry: null,
  fixed_charge_units: 'subscription',
}

/** The owner of an item's subject, read without locking anything; null when there is none, or it is gone. */
export async function ownerOfItem(reads: Reads, kind: DueKind, subjectId: string): Promise<DueOwner> {
  const subject = SUBJECT_OF[kind]
  if (subject === null) return null
  if (subject === 'plan') return { planId: subjectId }
  if (subject === 'customer') return { customerId: subjectId }
  const { rows } = await customerOf(subject, subjectId).execute(reads)
  return rows[0] ?? null
}

function customerOf(
  subject: 'subscription' | 'invoice' | 'deferred',
  id: string,
): RawBuilder<{ customerId: string }> {
  if (subject === 'subscription') return sql`select customer_id from subscriptions where id = ${id}`
  if (subject === 'invoice') return sql`select customer_id from invoices where id = ${id}`
  return sql`
    select s.customer_id from deferred_events a
    join subscriptions s on s.organization_id = a.organization_id and s.id = a.subscription_id
    where a.id = ${id}`
}
