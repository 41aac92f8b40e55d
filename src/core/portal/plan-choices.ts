import { type PricedPlan, planChangeKind, yearlyAmount } from '../subscriptions/change.ts'

/** A plan as far as customers may change to it or from it. */
export type ChoosablePlan = PricedPlan & { readonly id: string; readonly amountCurrency: string }

/** A subscription as far as its customer may change its plan. */
export type ChangeableSubscription = {
  readonly status: string
  /** A copy with prices of its own has an id of its own, and is none of the offered plans. */
  readonly planId: string
  /** Something follows it that waits to be paid. */
  readonly isGated: boolean
}

/**
 * The plans to which a customer may change a subscription by itself, the cheapest first
 * (docs/rules/subscriptions.md#by-the-customer): offered by the organization, in the same currency, and from a plan that
 * is offered too.
 */
export function planChoices<Plan extends ChoosablePlan>(
  { status, planId, isGated }: ChangeableSubscription,
  offered: readonly Plan[],
): readonly (Plan & { readonly kind: 'upgrade' | 'downgrade' })[] {
  const current = offered.find(({ id }) => id === planId)
  if (status !== 'active' || isGated || current === undefined) return []
  return offered
    .filter((plan) => plan.id !== planId && plan.amountCurrency === current.amountCurrency)
    .map((plan) => ({ ...plan, kind: planChangeKind(current, plan) }))
    .sort((a, b) => Number(yearlyAmount(a) - yearlyAmount(b)))
}
