import { Decimal } from '../amounts/decimal.ts'
import type { CustomerFacts, SubscriptionFacts, TaxesByOwner } from '../billing/snapshot.ts'
import type { RatedUsage } from '../rating/rate-usage.ts'
import { TARGET_WALLET_KEY } from '../rating/usage-plan.ts'
import { taxesOfFee } from '../taxes/apply.ts'
import { resolveTaxes } from '../taxes/resolve.ts'
import type { UsageAmount } from './ongoing-balance.ts'

/** The charges of a subscription whose usage is billed later; those in advance are billed with each event. */
export function laterCharges({ charges }: Pick<SubscriptionFacts, 'charges'>): SubscriptionFacts['charges'] {
  return charges.filter(({ payInAdvance }) => !payInAdvance)
}

/** What current usage of a subscription will cost with its taxes, each fee rounded as on an invoice. */
export function usageAmounts(
  { plan }: Pick<SubscriptionFacts, 'plan'>,
  customer: Pick<CustomerFacts, 'id' | 'billingEntityId'>,
  rated: readonly RatedUsage[],
  taxes: TaxesByOwner,
): readonly UsageAmount[] {
  const shared = {
    plan: taxes.plans.get(plan.id) ?? [],
    customer: taxes.customers.get(customer.id) ?? [],
    billingEntity: taxes.billingEntities.get(customer.billingEntityId) ?? [],
  }
  return rated
    .filter(({ fee }) => fee.amountCents !== 0n)
    .map(({ charge, groupedBy, fee: { amountCents, preciseAmountCents } }) => {
      const own = resolveTaxes('charge', { ...shared, charge: taxes.charges.get(charge.id) ?? [] })
      const fee = { amountCents, preciseAmountCents, preciseReductionCents: Decimal.zero, taxes: own }
      return {
        feeType: 'charge',
        metricId: charge.metric.id,
        targetWalletCode: charge.acceptsTargetWallet ? groupedBy[TARGET_WALLET_KEY] || null : null,
        currency: plan.currency,
        cents: Decimal.of(amountCents + taxesOfFee(fee).taxesAmountCents),
      }
    })
}
