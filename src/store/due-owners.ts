import { type RawBuilder, sql } from 'kysely'
import type { DueKind } from '../core/due/kinds.ts'
import type { Reads } from './database.ts'

/** Whose a due item is: the customer, or the plan, that is locked before the item (docs/decisions/0018). */
export type DueOwner = { readonly customerId: string } | { readonly planId: string } | null

/** Subjects that lead to their customers. */
type OwnedSubject =
  | 'subscription'
  | 'invoice'
  | 'deferred'
  | 'wallet'
  | 'top_up'
  | 'credits'
  | 'rule'
  | 'payment_request'
  | 'payment'
  | 'page'
  | 'refund'

/** The tables of subjects that lead to wallets. */
const OF_WALLETS = {
  top_up: 'wallet_top_ups',
  credits: 'wallet_transactions',
  rule: 'recurring_transaction_rules',
} as const

/** What the subject of an item is. Kinds that concern an organization's events have no owner. */
const SUBJECT_OF: Readonly<Record<DueKind, 'customer' | 'plan' | OwnedSubject | null>> = {
  advance_usage: 'subscription',
  subscription_activity: 'subscription',
  plan_deletion: 'plan',
  draft_refresh: 'invoice',
  subscription_start: 'subscription',
  subscription_gate: 'subscription',
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
  wallet_top_up: 'top_up',
  wallet_purchase: 'credits',
  wallet_expiry: 'wallet',
  wallet_rule_expiry: 'rule',
  wallet_rule: 'rule',
  wallet_usage: 'customer',
  wallet_refresh: 'customer',
  invoice_charge: 'invoice',
  request_charge: 'payment_request',
  payment_attention: 'payment',
  refund_attention: 'refund',
  page_expiry: 'page',
  // A connection has many customers.
  provider_probe: null,
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

function customerOf(subject: OwnedSubject, id: string): RawBuilder<{ customerId: string }> {
  if (subject === 'subscription') return sql`select customer_id from subscriptions where id = ${id}`
  if (subject === 'invoice') return sql`select customer_id from invoices where id = ${id}`
  if (subject === 'wallet') return sql`select customer_id from wallets where id = ${id}`
  if (subject === 'payment_request') return sql`select customer_id from payment_requests where id = ${id}`
  if (subject === 'payment') return sql`select customer_id from payments where id = ${id}`
  if (subject === 'page') return sql`select customer_id from payment_pages where id = ${id}`
  if (subject === 'refund') {
    return sql`
      select p.customer_id from refunds r
      join payments p on p.organization_id = r.organization_id and p.id = r.payment_id
      where r.id = ${id}`
  }
  if (subject !== 'deferred') {
    return sql`
      select w.customer_id from ${sql.table(OF_WALLETS[subject])} t
      join wallets w on w.organization_id = t.organization_id and w.id = t.wallet_id
      where t.id = ${id}`
  }
  return sql`
    select s.customer_id from deferred_events a
    join subscriptions s on s.organization_id = a.organization_id and s.id = a.subscription_id
    where a.id = ${id}`
}
