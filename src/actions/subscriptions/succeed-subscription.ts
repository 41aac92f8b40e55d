import type { TimeZone } from '../../core/calendar/zone.ts'
import type { NewSubscription } from '../../core/subscriptions/subscription-input.ts'
import type { CustomerBillingEntity, CustomerRow } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import type { SubscribedPlan } from '../../store/subscription-states.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import { ts, tsOrNull } from '../../store/values.ts'
import type { Listener } from '../../store/webhooks.ts'
import type { Caller } from '../context.ts'
import type { OwnUnits } from '../fixed-charges/own-units.ts'
import { settingColumns } from './subscription-columns.ts'

/** A request with the objects it refers to. */
export type SubscriptionWish = {
  readonly request: NewSubscription
  readonly customer: CustomerRow
  /** The customer's own. */
  readonly billingEntity: CustomerBillingEntity
  readonly plan: SubscribedPlan
  /** Units that it gets for itself. */
  readonly ownUnits: readonly OwnUnits[]
  readonly zone: TimeZone
  /** The organization's. */
  readonly endpoints: readonly Listener[]
}

/**
 * What a successor inherits from its predecessor unless the request overrides it
 * (docs/rules/subscriptions.md#upgrade).
 */
export async function successorColumns(
  tx: Tx,
  caller: Caller,
  current: SubscriptionRow,
  wish: SubscriptionWish,
) {
  return {
    organizationId: current.organizationId,
    id: newId(),
    customerId: current.customerId,
    planId: wish.plan.id,
    externalId: current.externalId,
    previousSubscriptionId: current.id,
    billingTime: current.billingTime,
    subscriptionAt: ts(current.subscriptionAt),
    endingAt: tsOrNull(current.endingAt),
    progressiveBillingDisabled: current.progressiveBillingDisabled,
    consolidateInvoice: current.consolidateInvoice,
    purchaseOrderNumber: current.purchaseOrderNumber,
    billingEntityId: current.billingEntityId,
    paymentMethodType: current.paymentMethodType,
    paymentMethodId: current.paymentMethodId,
    ...(await settingColumns(tx, wish.request)),
    name: wish.request.name ?? '',
    createdAt: ts(caller.now),
    updatedAt: ts(caller.now),
  }
}
