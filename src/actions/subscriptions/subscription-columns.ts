import { given } from '../../core/input/fields.ts'
import { accepted, invalid, notFound } from '../../core/refusal.ts'
import { type ActivationRule, checkPaymentGate } from '../../core/subscriptions/activation-rules.ts'
import type { SubscriptionSettings } from '../../core/subscriptions/subscription-input.ts'
import { readPayer } from '../../store/charge-facts.ts'
import type { Tx } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import { findBillingEntity } from '../../store/organizations.ts'
import { readPlan } from '../../store/plans.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import { tsOrNull } from '../../store/values.ts'
import type { Caller } from '../context.ts'
import { type OwnUnits, ownUnitsIn } from '../fixed-charges/own-units.ts'
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
      paymentMethodId: settings.paymentMethodId,
      billingEntityId: await billingEntityId(tx, settings.billingEntity),
    }),
    ...(endingAt === undefined ? {} : { endingAt: tsOrNull(endingAt) }),
  }
}

/** How a subscription is to be paid, and the rules of its start. */
export type WantedPayment = {
  readonly rules: readonly ActivationRule[]
  readonly methodType: string
  readonly methodId: string | null
}

/**
 * Refuses a method that is none of the customer's, 422 on `payment_method`, and rules for a customer whose first payment
 * cannot be taken, 422 on `customer` (docs/rules/subscriptions.md#activation-rules). The customer is locked.
 */
export async function refuseUnpayable(tx: Tx, customerId: string, wanted: WantedPayment): Promise<void> {
  const { rules, methodType, methodId } = wanted
  if (rules.length === 0 && methodId === null) return
  const known = methodId !== null && isId(methodId) ? methodId : null
  const { provider, method } = await readPayer(tx, customerId, [], { methodType, methodId: known })
  const isKnown = known !== null && method?.id === known
  const named = methodId === null ? 'none' : isKnown ? 'known' : 'unknown'
  const payer = { methodType, hasProvider: provider !== undefined, hasDefaultMethod: method !== undefined }
  accepted(checkPaymentGate(rules, { ...payer, named }))
  if (named === 'unknown') throw invalid({ payment_method: ['invalid_payment_method'] })
}

/** The billing entity that a request names; null and undefined as they are. 404 `billing_entity_not_found`. */
export async function billingEntityId(
  tx: Tx,
  named: SubscriptionSettings['billingEntity'],
): Promise<string | null | undefined> {
  if (named === undefined || named === null) return named
  const isWrongId = 'id' in named && !isId(named.id)
  const entity = isWrongId ? undefined : await findBillingEntity(tx, named)
  if (!entity) throw notFound('billing_entity')
  return entity.id
}

/** The plan that a subscription gets, and the units of its own beside it, which are saved once it exists. */
export type OwnPlan = { readonly planId: string; readonly ownUnits: readonly OwnUnits[] }

/**
 * Gives a subscription its own prices (docs/rules/plans.md#prices-of-one-subscription): creates a copy of the plan, or
 * updates its existing copy. Units alone need no copy.
 *
 * @param subscription the subscription on the plan, when it already exists
 */
export async function planWithOverrides(
  tx: Tx,
  caller: Caller,
  planId: string,
  overrides: SubscriptionSettings['planOverrides'],
  subscription?: SubscriptionRow,
): Promise<OwnPlan> {
  if (overrides === undefined) return { planId, ownUnits: [] }
  const plan = await readPlan(tx, planId)
  if (plan.parentId !== null) {
    await updateOverriddenPlan(tx, caller, { child: plan, overrides })
    return { planId, ownUnits: [] }
  }
  const ownUnits = await ownUnitsIn(tx, planId, overrides)
  if (ownUnits) return { planId, ownUnits }
  return { planId: await overridePlan(tx, caller, { plan, overrides, subscription }), ownUnits: [] }
}
