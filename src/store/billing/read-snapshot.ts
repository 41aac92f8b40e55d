import type { BillRequest } from '../../core/billing/bill-request.ts'
import type { BillingSnapshot, SubscriptionFacts } from '../../core/billing/snapshot.ts'
import { type Instant, instant } from '../../core/calendar/instant.ts'
import type { Reads } from '../database.ts'
import { readCouponFacts } from './coupon-facts.ts'
import { readCustomerFacts } from './customer-facts.ts'
import { readFixedCharges } from './fixed-charge-facts.ts'
import { readHistories } from './histories.ts'
import { readPaidFees } from './paid-fees.ts'
import { readSubscriptionFacts } from './subscription-facts.ts'
import { readTaxesOfBills } from './taxes-of-bills.ts'
import { readWalletFacts } from './wallet-facts.ts'

/**
 * Everything that some bills depend on, except usage and fees in their windows, read in a fixed number of SQL
 * statements for any number of customers. Locks the paid fees that may go on paid-fees invoices.
 */
export async function readBillingSnapshot(
  reads: Reads,
  requests: readonly BillRequest[],
): Promise<BillingSnapshot> {
  const customerIds = [...new Set(requests.map(({ customerId }) => customerId))]
  const ids = [...new Set(requests.flatMap(({ entries }) => entries.map((each) => each.subscriptionId)))]
  const [people, subscriptions, histories, fixedCharges, paidFees, coupons, wallets] = await Promise.all([
    readCustomerFacts(reads, customerIds),
    readSubscriptionFacts(reads, ids),
    readHistories(reads, ids),
    readFixedCharges(reads, ids, earliestOf(requests)),
    readPaidFees(reads, requests),
    readCouponFacts(reads, customerIds),
    readWalletFacts(reads, customerIds),
  ])
  const fixedChargeIds = [...fixedCharges.values()].flatMap((list) => list.map(({ id }) => id))
  const taxes = await readTaxesOfBills(reads, people.customers, [...subscriptions.values()], fixedChargeIds)
  return { ...people, subscriptions, histories, fixedCharges, paidFees, taxes, coupons, wallets }
}

function earliestOf(requests: readonly BillRequest[]): Instant {
  return instant(requests.reduce((earliest, { at }) => Math.min(earliest, at), Number.MAX_SAFE_INTEGER))
}

/**
 * The facts of one customer and some of its subscriptions, for pricing outside a billing run: current usage,
 * estimates, charges in advance. Undefined when the customer does not exist.
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

/** A customer with the billing entities that may invoice it, and some of its subscriptions by start. */
export type CustomerSnapshot = {
  readonly customer: BillingSnapshot['customers'] extends ReadonlyMap<string, infer Facts> ? Facts : never
  readonly billingEntities: BillingSnapshot['billingEntities']
  readonly subscriptions: readonly SubscriptionFacts[]
}
