import { given } from '../../core/input/fields.ts'
import { notFound } from '../../core/refusal.ts'
import type { SubscriptionSettings } from '../../core/subscriptions/subscription-input.ts'
import type { Tx } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import { findBillingEntity } from '../../store/organizations.ts'
import { readPlan } from '../../store/plans.ts'
import { tsOrNull } from '../../store/values.ts'
import type { Caller } from '../context.ts'
import { overridePlan, updateOverriddenPlan } from '../plans/override-plan.ts'

/** The columns for the settings in a request, except the start. 404 for an unknown billing entity. */
export async function settingColumns(tx: Tx, settings: SubscriptionSettings) {
  const { endingAt } = settings
  return {
    ...given({
      name: settings.name,
      progressiveBillingDisabled: settings.progressiveBillingDisabled,
      consolidateInvoice: settings.consolidateInvoice,
      purchaseOrderNumber: settings.purchaseOrderNumber,
      paymentMethodType: settings.paymentMethodType,
      billingEntityId: await billingEntityId(tx, settings.billingEntity),
    }),
    ...(endingAt === undefined ? {} : { endingAt: tsOrNull(endingAt) }),
  }
}

async function billingEntityId(
  tx: Tx,
  named: SubscriptionSettings['billingEntity'],
): Promise<string | undefined> {
  if (named === undefined) return undefined
  const isWrongId = 'id' in named && !isId(named.id)
  const entity = isWrongId ? undefined : await findBillingEntity(tx, named)
  if (!entity) throw notFound('billing_entity')
  return entity.id
}

/**
 * Gives a subscription its own prices (docs/rules/plans.md#prices-of-one-subscription): creates a copy of the plan,
 * or updates its existing copy. Returns the copy's id.
 */
export async function planWithOverrides(
  tx: Tx,
  caller: Caller,
  planId: string,
  overrides: SubscriptionSettings['planOverrides'],
): Promise<string> {
  if (overrides === undefined) return planId
  const plan = await readPlan(tx, planId)
  if (plan.parentId === null) return overridePlan(tx, caller, { plan, overrides })
  await updateOverriddenPlan(tx, caller, { child: plan, overrides })
  return planId
}
