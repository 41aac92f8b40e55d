import type { BillRequest } from '../../core/billing/bill-request.ts'
import type { BillingSnapshot, SubscriptionFacts } from '../../core/billing/snapshot.ts'
import { type Instant, instant } from '../../core/calendar/instant.ts'
import type { Reads } from '../database.ts'
import { readCustomerFacts } from './customer-facts.ts'
import { readFixedCharges } from './fixed-charge-facts.ts'
import { readHistories } from './histories.ts'
import { readPaidFees } from './paid-fees.ts'
import { readSubscriptionFacts } from './subscription-facts.ts'
import { readTaxesOfBills } from './taxes-of-bills.ts'

/**
 * Everything that some bills depend on but what was used and billed in their windows: a fixed number of statements,
 * however many customers they are for. Locks the paid fees that paid-fees invoices may take up.
 */
export async function readBillingSnapshot(
  reads: Reads,
  requests: readonly BillRequest[],
): Promise<BillingSnapshot> {
  const customerIds = [...new Set(requests.map(({ customerId }) => customerId))]
  const ids = [...new Set(requests.flatMap(({ entries }) => entries.map((each) => each.subscriptionId)))]
  const [people, subscriptions, histories, fixedCharges, paidFees] = await Promise.all([
    readCustomerFacts(reads, customerIds),
    readSubscriptionFacts(reads, ids),
    readHistories(reads, ids),
    readFixedCharges(reads, ids, earliestOf(requests)),
    readPaidFees(reads, requests),
  ])
  const fixedChargeIds = [...fixedCharges.values()].flatMap((list) => list.map(({ id }) => id))
  const taxes = await readTaxesOfBills(reads, people.customers, [...subscriptions.values()], fixedChargeIds)
  return { ...people, subscriptions, histories, fixedCharges, paidFees, taxes }
}

function earliestOf(requests: readonly BillRequest[]): Instant {
  return instant(requests.reduce((earliest, { at }) => Math.min(earliest, at), Number.MAX_SAFE_INTEGER))
}

/**
 * The facts of one customer and some of its subscriptions, for what is priced outside of a billing run: current usage,
 * estimates, charges in advance. Undefined when there is no such customer.
 */
export async function readCustomerSnapshot(
  reads: Reads,
  customerId: string,
  subscriptionIds: readonly string[],
): Promise<CustomerSnapshot | undefined> {
  const [{ customers, billingEntities }, subscriptions] = await Promise.all([
    readCustomerFacts(reads, [customerId]),
    readSubscriptionFacts(reads, subscriptionIds),
  ])
  const customer = customers.get(customerId)
  return customer && { customer, billingEntities, subscriptions: [...subscriptions.values()] }
}

/** A customer with the billing entities that may issue its invoices, and some of its subscriptions by their starts. */
export type CustomerSnapshot = {
  readonly customer: BillingSnapshot['customers'] extends ReadonlyMap<string, infer Facts> ? Facts : never
  readonly billingEntities: BillingSnapshot['billingEntities']
  readonly subscriptions: readonly SubscriptionFacts[]
}
