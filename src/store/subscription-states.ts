import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { TimeZone } from '../core/calendar/zone.ts'
import type { BillMoment } from '../core/subscriptions/subscription.ts'
import { billingPlanOf, billingSubscriptionOf } from './billing/subscription-facts.ts'
import type { CustomerRow } from './customers.ts'
import type { Reads, Tx } from './database.ts'
import { holdSettings } from './inherited-settings.ts'
import type { Plans } from './rows.ts'
import type { SubscriptionRow } from './subscriptions.ts'
import { ts } from './values.ts'

/** A plan as a subscription sees it: a copy too, and a deleted one. */
export type SubscribedPlan = Selectable<Plans>

/** A subscription with what its next steps depend on. */
export type SubscriptionState = {
  readonly row: SubscriptionRow
  readonly plan: SubscribedPlan
  readonly customer: CustomerRow
  readonly zone: TimeZone
  /** Earliest start among the customer's subscriptions with this external id. */
  readonly initialStartedAt: Instant | null
}

/** The states of subscriptions in their order, with one query for each kind of thing. */
export async function statesOf(reads: Reads, rows: readonly SubscriptionRow[]): Promise<SubscriptionState[]> {
  if (rows.length === 0) return []
  const customerIds = [...new Set(rows.map((row) => row.customerId))]
  const planIds = [...new Set(rows.map((row) => row.planId))]
  const plans = await reads.selectFrom('plans').selectAll().where('id', 'in', planIds).execute()
  const customers = await reads.selectFrom('customers').selectAll().where('id', 'in', customerIds).execute()
  const entityIds = [...new Set(customers.map((customer) => customer.billingEntityId))]
  const entities = await reads
    .selectFrom('billingEntities')
    .select(['id', 'timezone'])
    .where('id', 'in', entityIds)
    .execute()
  const starts = await reads
    .selectFrom('subscriptions')
    .select((eb) => ['customerId', 'externalId', eb.fn.min<Instant | null>('startedAt').as('startedAt')])
    .where('customerId', 'in', customerIds)
    .where('externalId', 'in', [...new Set(rows.map((row) => row.externalId))])
    .groupBy(['customerId', 'externalId'])
    .execute()
  return rows.map((row) => {
    const plan = plans.find(({ id }) => id === row.planId)
    const customer = customers.find(({ id }) => id === row.customerId)
    const entity = entities.find(({ id }) => id === customer?.billingEntityId)
    if (!plan || !customer || !entity) throw new Error(`subscription ${row.id} has no plan or customer`)
    const start = starts.find((s) => s.customerId === row.customerId && s.externalId === row.externalId)
    return {
      row,
      plan,
      customer,
      zone: customer.timezone ?? entity.timezone,
      initialStartedAt: start?.startedAt ?? null,
    }
  })
}

/** The state of one subscription. */
export async function stateOf(reads: Reads, row: SubscriptionRow): Promise<SubscriptionState> {
  const [state] = await statesOf(reads, [row])
  if (!state) throw new Error(`subscription ${row.id} has no state`)
  return state
}

/** The subscription as billing sees it at an instant; null when it has not started. */
export function momentOf(state: SubscriptionState, at: Instant): BillMoment | null {
  const { row, plan, zone } = state
  if (row.startedAt === null) return null
  return {
    plan: billingPlanOf(plan),
    subscription: billingSubscriptionOf(row, row.startedAt, state.initialStartedAt ?? row.startedAt),
    at,
    zone,
  }
}

/** The zone in which a customer's days are counted: its own, else its billing entity's. */
export async function zoneOfCustomer(reads: Reads, customer: CustomerRow): Promise<TimeZone> {
  if (customer.timezone !== null) return customer.timezone
  const entity = await reads
    .selectFrom('billingEntities')
    .select('timezone')
    .where('id', '=', customer.billingEntityId)
    .executeTakeFirstOrThrow()
  return entity.timezone
}

/** A customer by its id, locked until the transaction ends, so that its bills come one after the other. */
export async function lockCustomerById(tx: Tx, id: string): Promise<CustomerRow> {
  const query = tx.selectFrom('customers').selectAll().where('id', '=', id).forUpdate()
  const customer = await query.executeTakeFirstOrThrow()
  await holdSettings(tx)
  return customer
}

/** Gives the customer a currency when it has none (subscriptions-and-invoicing §2.3). */
export async function setCustomerCurrency(
  tx: Tx,
  customerId: string,
  currency: string,
  now: Instant,
): Promise<void> {
  await tx
    .updateTable('customers')
    .set({ currency, updatedAt: ts(now) })
    .where('id', '=', customerId)
    .where('currency', 'is', null)
    .execute()
}

/** A plan that can be subscribed to by its code, kept from being deleted meanwhile; copies have no code of their own. */
export async function holdPlan(tx: Tx, code: string): Promise<SubscribedPlan | undefined> {
  return tx
    .selectFrom('plans')
    .selectAll()
    .where('code', '=', code)
    .where('parentId', 'is', null)
    .where('deletedAt', 'is', null)
    .where('isPendingDeletion', '=', false)
    .forShare()
    .executeTakeFirst()
}

/** The newest periodic bill of a subscription that still counts, and the zone in which it was made. */
export async function lastPeriodicBill(
  reads: Reads,
  subscriptionId: string,
): Promise<{ readonly billingAt: Instant; readonly timezone: TimeZone } | undefined> {
  return reads
    .selectFrom('invoiceSubscriptions as link')
    .innerJoin('invoices as i', 'i.id', 'link.invoiceId')
    .select(['link.billingAt', 'i.timezone'])
    .where('link.subscriptionId', '=', subscriptionId)
    .where('link.isRecurring', '=', true)
    .where('link.releasedAt', 'is', null)
    .orderBy('link.billingAt', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Whether the start of a subscription was billed (the one bill with the reason `subscription_starting`). */
export async function hasStartingBill(reads: Reads, subscriptionId: string): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`select exists (select from invoice_subscriptions
    where subscription_id = ${subscriptionId} and invoicing_reason = 'subscription_starting'
      and released_at is null) as has`.execute(reads)
  return rows[0]?.has === true
}
