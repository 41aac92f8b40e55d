import type { TaxedItem } from '../../core/billing/fee-taxes.ts'
import type { CustomerFacts, SubscriptionFacts, TaxesByOwner } from '../../core/billing/snapshot.ts'
import type { Tax } from '../../core/taxes/tax.ts'
import type { Reads } from '../database.ts'
import { type TaxesById, type TaxesOfOwners, taxesOfOwners, taxOf } from '../taxes.ts'

/** The taxes of everything on the bills of some customers, in one statement. */
export async function readTaxesOfBills(
  reads: Reads,
  customers: ReadonlyMap<string, CustomerFacts>,
  subscriptions: readonly SubscriptionFacts[],
  fixedChargeIds: readonly string[] = [],
  addOnIds: readonly string[] = [],
): Promise<TaxesByOwner> {
  const people = [...customers.values()]
  const found = await taxesOfOwners(reads, {
    chargeIds: distinct(subscriptions.flatMap(({ charges }) => charges.map(({ id }) => id))),
    fixedChargeIds: distinct(fixedChargeIds),
    planIds: distinct(subscriptions.map(({ plan }) => plan.id)),
    customerIds: people.map(({ id }) => id),
    billingEntityIds: distinct(people.map(({ billingEntityId }) => billingEntityId)),
    minimumCommitmentIds: distinct(subscriptions.flatMap(({ commitment }) => commitment?.id ?? [])),
    addOnIds: distinct(addOnIds),
  })
  return byOwner(found)
}

/** The taxes of everything that invoices of one customer are for, from their fees. */
export async function readTaxesOfFees(
  reads: Reads,
  customer: Pick<CustomerFacts, 'id' | 'billingEntityId'>,
  fees: readonly TaxedItem[],
  planIds: readonly string[],
): Promise<TaxesByOwner> {
  const found = await taxesOfOwners(reads, {
    chargeIds: distinct(fees.flatMap(({ chargeId }) => chargeId ?? [])),
    fixedChargeIds: distinct(fees.flatMap(({ fixedChargeId }) => fixedChargeId ?? [])),
    planIds: distinct(planIds),
    customerIds: [customer.id],
    billingEntityIds: [customer.billingEntityId],
    addOnIds: distinct(fees.flatMap(({ addOnId }) => addOnId ?? [])),
    minimumCommitmentIds: distinct(fees.flatMap(({ minimumCommitmentId }) => minimumCommitmentId ?? [])),
  })
  return byOwner(found)
}

function byOwner(found: TaxesOfOwners): TaxesByOwner {
  return {
    charges: taxesOf(found.charges),
    fixedCharges: taxesOf(found.fixedCharges),
    plans: taxesOf(found.plans),
    customers: taxesOf(found.customers),
    billingEntities: taxesOf(found.billingEntities),
    minimumCommitments: taxesOf(found.minimumCommitments),
    addOns: taxesOf(found.addOns),
    lines: new Map(),
  }
}

function taxesOf(lists: TaxesById): ReadonlyMap<string, readonly Tax[]> {
  return new Map([...lists].map(([id, rows]) => [id, rows.map(taxOf)]))
}

function distinct(ids: readonly string[]): string[] {
  return [...new Set(ids)]
}
