import type { FeeDraft } from '../invoicing/fee-draft.ts'
import { resolveTaxes } from '../taxes/resolve.ts'
import type { Tax } from '../taxes/tax.ts'
import type { CustomerFacts, TaxesByOwner } from './snapshot.ts'

/** A fee with the taxes that were resolved for it. */
export type ResolvedFee<Fee = FeeDraft> = { readonly fee: Fee; readonly taxes: readonly Tax[] }

/** What decides whose taxes a fee carries. */
export type TaxedItem = Pick<
  FeeDraft,
  'feeType' | 'chargeId' | 'fixedChargeId' | 'minimumCommitmentId' | 'subscriptionId' | 'addOnId'
> & {
  /** Under which a line of a one-off invoice names taxes of its own. */
  readonly key?: string
}

/**
 * The taxes of each fee: the first non-empty list, from the charge, plan or other item itself up to the billing
 * entity. The entity is the customer's own, even when another one issues the invoice.
 *
 * @param planIds plan ids by subscription id
 */
export function resolveFeeTaxes<Fee extends TaxedItem>(
  fees: readonly Fee[],
  customer: Pick<CustomerFacts, 'id' | 'billingEntityId'>,
  planIds: ReadonlyMap<string, string>,
  taxes: TaxesByOwner,
): readonly ResolvedFee<Fee>[] {
  const ofCustomer = taxes.customers.get(customer.id) ?? []
  const ofEntity = taxes.billingEntities.get(customer.billingEntityId) ?? []
  return fees.map((fee) => ({
    fee,
    taxes: resolveTaxes(fee.feeType, {
      line: taxes.lines.get(fee.key ?? '') ?? [],
      addOn: taxes.addOns.get(fee.addOnId ?? '') ?? [],
      charge: taxes.charges.get(fee.chargeId ?? '') ?? [],
      fixedCharge: taxes.fixedCharges.get(fee.fixedChargeId ?? '') ?? [],
      commitment: taxes.minimumCommitments.get(fee.minimumCommitmentId ?? '') ?? [],
      plan: taxes.plans.get(planIds.get(fee.subscriptionId ?? '') ?? '') ?? [],
      customer: ofCustomer,
      billingEntity: ofEntity,
    }),
  }))
}

/** Whether the taxes of a fee are its own, or its plan's, so that the customer's do not matter. */
export function hasOwnTaxes(
  { taxes }: ResolvedFee<unknown>,
  customer: Pick<CustomerFacts, 'id' | 'billingEntityId'>,
  { customers, billingEntities }: TaxesByOwner,
): boolean {
  const isCustomers = taxes === customers.get(customer.id)
  return taxes.length > 0 && !isCustomers && taxes !== billingEntities.get(customer.billingEntityId)
}
