import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { RuleStatus } from '../core/subscriptions/activation-gate.ts'
import type { ActivationRule } from '../core/subscriptions/activation-rules.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { type InvoiceRow, lockInvoices } from './invoices.ts'
import type { ActivationRules } from './rows.ts'
import { readSubscription, type SubscriptionRow } from './subscriptions.ts'
import { anyOf, ts, tsOrNull } from './values.ts'

export type ActivationRuleRow = Selectable<ActivationRules>

/** The rules of subscriptions, oldest first. */
export async function activationRulesOf(
  reads: Reads,
  subscriptionIds: readonly string[],
): Promise<ActivationRuleRow[]> {
  return reads
    .selectFrom('activationRules')
    .selectAll()
    .where('subscriptionId', '=', anyOf(subscriptionIds))
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
}

/** Gives a subscription that has not started these rules, and takes away those that it had. */
export async function replaceActivationRules(
  tx: Tx,
  subscription: Pick<SubscriptionRow, 'id' | 'organizationId'>,
  rules: readonly ActivationRule[],
  now: Instant,
): Promise<void> {
  await tx.deleteFrom('activationRules').where('subscriptionId', '=', subscription.id).execute()
  if (rules.length === 0) return
  const { organizationId, id: subscriptionId } = subscription
  await tx
    .insertInto('activationRules')
    .values(
      rules.map(({ type, timeoutHours }) => ({
        organizationId,
        id: newId(),
        subscriptionId,
        type,
        timeoutHours,
        status: 'inactive',
        createdAt: ts(now),
        updatedAt: ts(now),
      })),
    )
    .execute()
}

/** Writes what has become of a rule. */
export async function setActivationRule(
  tx: Tx,
  id: string,
  { status, expiresAt }: { readonly status: RuleStatus; readonly expiresAt?: Instant | null },
  now: Instant,
): Promise<void> {
  await tx
    .updateTable('activationRules')
    .set({
      status,
      ...(expiresAt === undefined ? {} : { expiresAt: tsOrNull(expiresAt) }),
      updatedAt: ts(now),
    })
    .where('id', '=', id)
    .execute()
}

/** Ends the waiting of a subscription's rules. */
export async function endActivationRules(
  tx: Tx,
  subscriptionId: string,
  status: RuleStatus,
  now: Instant,
): Promise<void> {
  await tx
    .updateTable('activationRules')
    .set({ status, updatedAt: ts(now) })
    .where('subscriptionId', '=', subscriptionId)
    .where('status', '=', 'pending')
    .execute()
}

/** The invoice for whose payment a subscription waits, locked. The caller has locked the customer. */
export async function lockGateInvoice(tx: Tx, subscriptionId: string): Promise<InvoiceRow | undefined> {
  const { rows } = await sql<{ id: string }>`
    select i.id from invoice_subscriptions l
    join invoices i on i.organization_id = l.organization_id and i.id = l.invoice_id
    where l.subscription_id = ${subscriptionId} and l.invoicing_reason in ('subscription_starting', 'in_advance_charge')
    order by i.created_at desc, i.id desc
    limit 1`.execute(tx)
  const [invoice] = await lockInvoices(
    tx,
    rows.map(({ id }) => id),
  )
  return invoice
}

/** The subscription that waits for the payment of an invoice. */
export async function gatedSubscriptionOf(
  reads: Reads,
  invoiceId: string,
): Promise<SubscriptionRow | undefined> {
  const { rows } = await sql<{ id: string }>`
    select s.id from invoice_subscriptions l
    join subscriptions s on s.organization_id = l.organization_id and s.id = l.subscription_id
    where l.invoice_id = ${invoiceId} and s.status = 'incomplete'`.execute(reads)
  const [found] = rows
  return found && readSubscription(reads, found.id)
}
