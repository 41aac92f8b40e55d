import type { Instant } from '../../core/calendar/instant.ts'
import type { TimeZone } from '../../core/calendar/zone.ts'
import { backdatedStart, isEndingAllowed, startTiming } from '../../core/subscriptions/due.ts'
import { newId } from '../../store/ids.ts'
import type { SubscribedPlan, SubscriptionState } from '../../store/subscription-states.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { Listener } from '../../store/webhooks.ts'
import type { Caller } from '../context.ts'
import { listeningTo } from '../webhooks/announce.ts'
import { paysAtStart } from './start-subscription.ts'
import type { SubscriptionWish } from './succeed-subscription.ts'

/** When a new subscription starts, relative to the day of the request. */
export type StartTiming = ReturnType<typeof startTiming>

/** When a subscription is to start, and when it does; a start in the past follows what was billed before it. */
export function startOf(
  { request, zone }: Pick<SubscriptionWish, 'request' | 'zone'>,
  now: Instant,
  lastBilledTermination: Instant | null,
): { readonly subscriptionAt: Instant; readonly timing: StartTiming; readonly startedAt: Instant | null } {
  const subscriptionAt = request.subscriptionAt ?? now
  const timing = startTiming(subscriptionAt, now, zone)
  if (timing === 'future') return { subscriptionAt, timing, startedAt: null }
  const startedAt = timing === 'past' ? backdatedStart(subscriptionAt, lastBilledTermination) : subscriptionAt
  return { subscriptionAt, timing, startedAt }
}

/** Whether the end that a request asks for, if any, comes after its start and its day has not passed. */
export function endsInTime(
  { endingAt, subscriptionAt }: SubscriptionWish['request'],
  zone: TimeZone,
  now: Instant,
): boolean {
  if (endingAt === null || endingAt === undefined) return true
  return isEndingAllowed(endingAt, subscriptionAt ?? now, now, zone)
}

/** A new subscription without a predecessor: active if it has a start, otherwise pending. */
export function rowOfNew(
  {
    caller,
    wish,
  }: { readonly caller: Caller; readonly wish: Pick<SubscriptionWish, 'request' | 'customer'> },
  of: {
    readonly planId: string
    readonly billingEntityId: string | null
    readonly subscriptionAt: Instant
    readonly startedAt: Instant | null
  },
): SubscriptionRow {
  const { request, customer } = wish
  const { now } = caller
  return {
    organizationId: caller.organizationId,
    id: newId(),
    customerId: customer.id,
    planId: of.planId,
    externalId: request.externalId,
    name: request.name ?? '',
    status: of.startedAt === null ? 'pending' : 'active',
    billingTime: request.billingTime,
    subscriptionAt: of.subscriptionAt,
    startedAt: of.startedAt,
    activatedAt: of.startedAt === null ? null : now,
    gatedAt: null,
    endingAt: request.endingAt ?? null,
    terminatedAt: null,
    canceledAt: null,
    trialEndedAt: null,
    previousSubscriptionId: null,
    endedBy: null,
    startedBy: 'creation',
    onTerminationCreditNote: null,
    onTerminationInvoice: 'generate',
    progressiveBillingDisabled: request.progressiveBillingDisabled ?? false,
    consolidateInvoice: request.consolidateInvoice ?? true,
    purchaseOrderNumber: request.purchaseOrderNumber ?? null,
    billingEntityId: of.billingEntityId,
    paymentMethodType: request.paymentMethodType ?? 'provider',
    paymentMethodId: request.paymentMethodId ?? null,
    skipInvoiceCustomSections: false,
    cancellationReason: null,
    createdAt: now,
    updatedAt: now,
  }
}

/** Whether nothing is billed when a subscription is created and no webhook is sent. */
export function isSilent(
  caller: Caller,
  endpoints: readonly Listener[],
  timing: StartTiming,
  state: SubscriptionState,
): boolean {
  if (timing === 'future') return true
  if (listeningTo(endpoints, 'subscription.started').length > 0) return false
  return !isBilledNow(caller, timing, state)
}

/** A start in the past is not billed, and the next billing day bills as usual. */
export function isBilledNow(caller: Caller, timing: StartTiming, state: SubscriptionState): boolean {
  return timing === 'today' && paysAtStart(caller, state)
}

/** Whether a request says nothing but which plan, so that other tables hold nothing of its subscription. */
export function isPlain({
  request,
  plan,
}: {
  request: SubscriptionWish['request']
  plan: SubscribedPlan
}): boolean {
  const { planOverrides, usageThresholds, sections, billingEntity, activationRules } = request
  const own = [planOverrides, usageThresholds, sections, billingEntity, activationRules]
  const isNamed = typeof request.paymentMethodId === 'string'
  return own.every((each) => each === undefined) && !isNamed && !plan.hasFixedCharges
}
