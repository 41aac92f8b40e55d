import type { FeeDraft } from '../../core/invoicing/fee-draft.ts'
import { resolveTaxes } from '../../core/taxes/resolve.ts'
import type { Tax } from '../../core/taxes/tax.ts'
import type { BillingSnapshot } from '../../store/billing-snapshot.ts'
import type { Reads } from '../../store/database.ts'
import { type TaxesById, taxesOfOwners, taxOf } from '../../store/taxes.ts'

/**
 * The taxes of each fee: the first list that is not empty (subscriptions-and-invoicing §8.6). The entity asked is the
 * customer's own, also when another one issues the invoice.
 */
export async function resolveFeeTaxes(
  reads: Reads,
  snapshot: BillingSnapshot,
  fees: readonly FeeDraft[],
): Promise<{ fee: FeeDraft; taxes: readonly Tax[] }[]> {
  const planOf = new Map(snapshot.subscriptions.map((s) => [s.row.id, s.plan.id]))
  const present = <T>(values: readonly (T | null)[]): T[] => [
    ...new Set(values.filter((value): value is T => value !== null)),
  ]
  const owners = await taxesOfOwners(reads, {
    chargeIds: present(fees.map((fee) => fee.chargeId)),
    planIds: [...new Set(planOf.values())],
    customerIds: [snapshot.customer.id],
    billingEntityIds: [snapshot.entity.id],
    minimumCommitmentIds: present(fees.map((fee) => fee.minimumCommitmentId)),
  })
  const listOf = (lists: TaxesById, id: string | null | undefined): Tax[] =>
    id ? (lists.get(id) ?? []).map(taxOf) : []
  const customer = listOf(owners.customers, snapshot.customer.id)
  const billingEntity = listOf(owners.billingEntities, snapshot.entity.id)
  return fees.map((fee) => ({
    fee,
    taxes: resolveTaxes(fee.feeType, {
      charge: listOf(owners.charges, fee.chargeId),
      commitment: listOf(owners.minimumCommitments, fee.minimumCommitmentId),
      plan: listOf(owners.plans, fee.subscriptionId === null ? null : planOf.get(fee.subscriptionId)),
      customer,
      billingEntity,
    }),
  }))
}
