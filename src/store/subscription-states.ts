import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { TimeZone } from '../core/calendar/zone.ts'
import type { BillMoment } from '../core/subscriptions/subscription.ts'
import { billingPlanOf, billingSubscriptionOf } from './billing/subscription-facts.ts'
import type { CustomerRow } from './customers.ts'
import type { Reads, Tx } from './database.ts'
import type { Plans } from './rows.ts'
import type { SubscriptionRow } from './subscriptions.ts'
import { anyOf, ts } from './values.ts'

/** A subscription's plan, possibly a copy or deleted. */
export type SubscribedPlan = Selectable<Plans>

/** A subscription with everything its next steps depend on. */
export type SubscriptionState = {
  readonly row: SubscriptionRow
  readonly plan: SubscribedPlan
  readonly customer: CustomerRow
  readonly zone: TimeZone
  /** Earliest start among the customer's subscriptions with this external id. */
  readonly initialStartedAt: Instant | null
}

/** The states of subscriptions, in the given order, in four pipelined queries. */
export async function statesOf(reads: Reads, rows: readonly SubscriptionRow[]): Promise<SubscriptionState[]> {
  if (rows.length === 0) return []
  const customerIds = [...new Set(rows.map((row) => row.customerId))]
  const planIds = [...new Set(rows.map((row) => row.planId))]
  const ofCustomers = reads.selectFrom('customers').where('id', '=', anyOf(customerIds))
  const [plans, customers, entities, starts] = await Promise.all([
    reads.selectFrom('plans').selectAll().where('id', '=', anyOf(planIds)).execute(),
    ofCustomers.selectAll().execute(),
    reads
      .selectFrom('billingEntities')
      .select(['id', 'timezone'])
      .where('id', 'in', ofCustomers.select('billingEntityId'))
      .execute(),
    reads
      .selectFrom('subscriptions')
      .select((eb) => ['customerId', 'externalId', eb.fn.min<Instant | null>('startedAt').as('startedAt')])
      .where('customerId', '=', anyOf(customerIds))
      .where('externalId', '=', sql<string>`any(${[...new Set(rows.map((row) => row.externalId))]}::text[])`)
      .groupBy(['customerId', 'externalId'])
      .execute(),
  ])
  const planById = new Map(plans.map((plan) => [plan.id, plan]))
  const customerById = new Map(customers.map((customer) => [customer.id, customer]))
  const zoneByEntity = new Map(entities.map(({ id, timezone }) => [id, timezone]))
  const chainName = (of: { readonly customerId: string; readonly externalId: string }) =>
    `${of.customerId} ${of.externalId}`
  const startByChain = new Map(starts.map((start) => [chainName(start), start.startedAt]))
  return rows.map((row) => {
    const plan = planById.get(row.planId)
    const customer = customerById.get(row.customerId)
    const zone = customer?.timezone ?? zoneByEntity.get(customer?.billingEntityId ?? '')
    if (!plan || !customer || !zone) throw new Error(`subscription ${row.id} has no plan or customer`)
    return { row, plan, customer, zone, initialStartedAt: startByChain.get(chainName(row)) ?? null }
  })
}

/** The state of one subscription. */
export async function stateOf(reads: Reads, row: SubscriptionRow): Promise<SubscriptionState> {
  const [state] = await statesOf(reads, [row])
  if (!state) throw new Error(`subscription ${row.id} has no state`)
  return state
}

/** The subscription for billing at an instant; null when it has not started. */
export function billMomentOf(state: SubscriptionState, at: Instant): BillMoment | null {
  const { row, plan, zone } = state
  if (row.startedAt === null) return null
  return {
    plan: billingPlanOf(plan),
    subscription: billingSubscriptionOf(row, row.startedAt, state.initialStartedAt ?? row.startedAt),
    at,
    zone,
  }
}

/**
 * Sets a locked customer's currency if it has none (docs/rules/subscriptions.md#change-of-plan); returns the
 * customer.
 */
export async function setCustomerCurrency(
  tx: Tx,
  customer: CustomerRow,
  currency: string,
  now: Instant,
): Promise<CustomerRow> {
  if (customer.currency !== null) return customer
  return tx
    .updateTable('customers')
    .set({ currency, updatedAt: ts(now) })
    .where('id', '=', customer.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Share-locks the plan with a code, so that it cannot be deleted meanwhile; copies have no code of their own. */
export async function holdPlanByCode(tx: Tx, code: string): Promise<SubscribedPlan | undefined> {
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

/** The same for several codes, by code; locked in the order of the ids. */
export async function holdPlansByCode(
  tx: Tx,
  codes: readonly string[],
): Promise<ReadonlyMap<string, SubscribedPlan>> {
  const rows = await tx
    .selectFrom('plans')
    .selectAll()
    .where('code', '=', sql<string>`any(${[...new Set(codes)]}::text[])`)
    .where('parentId', 'is', null)
    .where('deletedAt', 'is', null)
    .where('isPendingDeletion', '=', false)
    .orderBy('id')
    .forShare()
    .execute()
  return new Map(rows.map((row) => [row.code, row]))
}

/** A subscription's newest valid periodic bill, and the zone it was created in. */
export async function lastPeriodicBill(
  reads: Reads,
  subscriptionId: string,
): Promise<{ readonly billingAt: Instant; readonly timezone: TimeZone } | undefined> {
  return reads
    .selectFrom('invoiceSubscriptions as billed')
    .innerJoin('invoices as i', 'i.id', 'billed.invoiceId')
    .select(['billed.billingAt', 'i.timezone'])
    .where('billed.subscriptionId', '=', subscriptionId)
    .where('billed.isRecurring', '=', true)
    .where('billed.releasedAt', 'is', null)
    .orderBy('billed.billingAt', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Whether a bill at the start of a subscription has the price of its plan; one in a trial may carry less. */
export async function hasStartingPrice(reads: Reads, subscriptionId: string): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`select exists (
    select from invoice_subscriptions l
    join fees f on f.organization_id = l.organization_id and f.invoice_id = l.invoice_id
      and f.subscription_id = l.subscription_id
    where l.subscription_id = ${subscriptionId} and l.invoicing_reason = 'subscription_starting'
      and l.released_at is null and f.fee_type = 'subscription' and f.deleted_at is null
  ) as has`.execute(reads)
  return rows[0]?.has === true
}
