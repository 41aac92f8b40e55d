import type { CustomerFacts, SubscriptionFacts, TaxesByOwner } from '../../core/billing/snapshot.ts'
import type { Tax } from '../../core/taxes/tax.ts'
import type { Reads } from '../database.ts'
import { type TaxesById, taxesOfOwners, taxOf } from '../taxes.ts'

/** The taxes of everything on the bills of some customers, in one statement. */
export async function readTaxesOfBills(
  reads: Reads,
  customers: ReadonlyMap<string, CustomerFacts>,
  subscriptions: readonly SubscriptionFacts[],
  addOnIds: readonly string[] = [],
): Promise<TaxesByOwner> {
  const people = [...customers.values()]
  const found = await taxesOfOwners(reads, {
    chargeIds: distinct(subscriptions.flatMap(({ charges }) => charges.map(({ id }) => id))),
    planIds: distinct(subscriptions.map(({ plan }) => plan.id)),
    customerIds: people.map(({ id }) => id),
    billingEntityIds: distinct(people.map(({ billingEntityId }) => billingEntityId)),
    minimumCommitmentIds: distinct(subscriptions.flatMap(({ commitment }) => commitment?.id ?? [])),
    addOnIds: distinct(addOnIds),
  })
  return {
    charges: taxesOf(found.charges),
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
