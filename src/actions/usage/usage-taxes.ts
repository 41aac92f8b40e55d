import { Decimal } from '../../core/amounts/decimal.ts'
import type { RatedUsage } from '../../core/rating/rate-usage.ts'
import { taxesOfInvoice } from '../../core/taxes/apply.ts'
import { resolveTaxes } from '../../core/taxes/resolve.ts'
import type { Tax } from '../../core/taxes/tax.ts'
import type { CustomerSnapshot } from '../../store/billing/read-snapshot.ts'
import type { Reads } from '../../store/database.ts'
import { taxesOfOwners, taxOf } from '../../store/taxes.ts'

/** Taxes by charge id. */
export type TaxesByCharge = ReadonlyMap<string, readonly Tax[]>

/** The taxes of one plan's charges, by charge id (docs/rules/taxes.md), in one query. */
export async function taxesOfCharges(
  reads: Reads,
  snapshot: Pick<CustomerSnapshot, 'customer'>,
  planId: string,
  chargeIds: readonly string[],
): Promise<TaxesByCharge> {
  const { customer } = snapshot
  const owners = await taxesOfOwners(reads, {
    chargeIds,
    planIds: [planId],
    customerIds: [customer.id],
    billingEntityIds: [customer.billingEntityId],
  })
  const shared = {
    plan: owners.plans.get(planId) ?? [],
    customer: owners.customers.get(customer.id) ?? [],
    billingEntity: owners.billingEntities.get(customer.billingEntityId) ?? [],
  }
  return new Map(
    chargeIds.map((id) => {
      const lists = { ...shared, charge: owners.charges.get(id) ?? [] }
      return [id, resolveTaxes('charge', lists).map(taxOf)]
    }),
  )
}

/** The taxes in cents that an invoice for this usage would have: rounded once, as on an invoice. */
export function usageTaxesCents(rated: readonly RatedUsage[], taxes: TaxesByCharge): bigint {
  const fees = rated.map(({ charge, fee }) => ({
    amountCents: fee.amountCents,
    preciseAmountCents: fee.preciseAmountCents,
    preciseReductionCents: Decimal.zero,
    taxes: taxes.get(charge.id) ?? [],
  }))
  const subTotal = fees.reduce((sum, fee) => sum + fee.amountCents, 0n)
  return taxesOfInvoice(fees, subTotal).taxesAmountCents
}
