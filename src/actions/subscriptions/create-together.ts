import type { NewSubscription } from '../../core/subscriptions/subscription-input.ts'
import { scheduleWatched } from '../../store/activity-items.ts'
import { insertActivities } from '../../store/activity-logs.ts'
import {
  type CustomerDetails,
  type CustomerOfEntity,
  detailsOfCustomers,
  lockFreeCustomers,
} from '../../store/customers.ts'
import { Last, type Tx } from '../../store/database.ts'
import { holdSettings } from '../../store/inherited-settings.ts'
import { holdPlansByCode, type SubscribedPlan } from '../../store/subscription-states.ts'
import {
  createdDetails,
  type PlanOfCreated,
  planOfCreated,
  type SubscriptionDetails,
} from '../../store/subscription-views.ts'
import { insertSubscriptions, usedSubscriptionIds } from '../../store/subscriptions.ts'
import { inTransaction } from '../../store/transaction.ts'
import { insertWebhooks, type Listener, listWebhookEndpoints } from '../../store/webhooks.ts'
import { activitiesOf } from '../activity-logs/log-activity.ts'
import type { Caller, Context } from '../context.ts'
import { sharedTransactions } from '../organizations/shared-transactions.ts'
import { listeningTo, webhooksOf } from '../webhooks/announce.ts'
import { payloadOf } from './announce-subscription.ts'
import { endsInTime, isBilledNow, isPlain, rowOfNew, startOf } from './new-subscription.ts'
import { type CreatedState, scheduleCreated } from './schedule-subscription.ts'

/** A valid request to create a subscription, or to change its plan. */
export type SubscriptionRequest = { readonly caller: Caller; readonly request: NewSubscription }

/** A subscription that is about to be inserted. */
type Draft = CreatedState & { readonly asked: SubscriptionRequest; readonly of: CustomerOfEntity }

type Created = ReadonlyMap<SubscriptionRequest, SubscriptionDetails>

/** Subscriptions that are created at the same time share a transaction, and most of all the reads of their plans. */
export const subscriptionsAtOnce = sharedTransactions(createTogether)

/**
 * Creates the subscriptions of known customers that say nothing but which plan and are not billed at their start. All
 * others are left to a transaction of their own: there is more to be read for them than for all of these.
 */
function createTogether(
  context: Context,
  organizationId: string,
  requests: readonly SubscriptionRequest[],
): Promise<Created> {
  return inTransaction<Created>(context.database, organizationId, async (tx) => {
    const [plans, , customers, used, endpoints] = await Promise.all([
      holdPlansByCode(
        tx,
        requests.flatMap(({ request }) => request.planCode ?? []),
      ),
      holdSettings(tx),
      lockFreeCustomers(
        tx,
        requests.flatMap(({ request }) => request.externalCustomerId ?? []),
      ),
      usedSubscriptionIds(
        tx,
        requests.map(({ request }) => request.externalId),
      ),
      listWebhookEndpoints(tx),
    ])
    const customerByExternalId = new Map(customers.map((each) => [each.customer.externalId, each]))
    const taken = new Set(used)
    const drafts = requests.flatMap((asked): Draft[] => {
      const { externalId, externalCustomerId = '', planCode = '' } = asked.request
      const of = customerByExternalId.get(externalCustomerId)
      const plan = plans.get(planCode)
      if (!of || !plan || taken.has(externalId)) return []
      const draft = draftOf(asked, of, plan)
      if (draft.length > 0) taken.add(externalId)
      return draft
    })
    if (drafts.length === 0) return new Map()
    return write(tx, organizationId, drafts, listeningTo(endpoints, 'subscription.started'))
  })
}

/** The subscription of a request, if it can be created together with others. */
function draftOf(asked: SubscriptionRequest, of: CustomerOfEntity, plan: SubscribedPlan): Draft[] {
  const { caller, request } = asked
  const { customer, billingEntity } = of
  const zone = customer.timezone ?? billingEntity.timezone
  if (customer.currency === null || !isPlain({ request, plan }) || !endsInTime(request, zone, caller.now))
    return []
  const { subscriptionAt, timing, startedAt } = startOf({ request, zone }, caller.now, null)
  const wish = { request, customer }
  const row = rowOfNew(
    { caller, wish },
    { planId: plan.id, billingEntityId: null, subscriptionAt, startedAt },
  )
  const state = { row, plan, customer, zone, initialStartedAt: startedAt }
  return isBilledNow(caller, timing, state) ? [] : [{ asked, of, caller, state }]
}

async function write(
  tx: Tx,
  organizationId: string,
  drafts: readonly Draft[],
  listeners: readonly Listener[],
): Promise<Created | Last<Created>> {
  const started = drafts.filter(({ state }) => state.row.status === 'active')
  const announced = listeners.length > 0 ? started : []
  const [plans, customers] = await Promise.all([
    plansOf(tx, drafts),
    detailsOfCustomers(
      tx,
      announced.map(({ of }) => of.customer),
    ),
    insertSubscriptions(
      tx,
      drafts.map(({ state }) => state.row),
    ),
  ])
  const details = new Map(drafts.map((draft) => [draft.asked, detailsOf(draft, plans)]))
  if (announced.length > 0) await announce(tx, organizationId, listeners, announced, { details, customers })
  const scheduled = Promise.all([
    insertActivities(
      tx,
      organizationId,
      started.flatMap(({ state, caller }) =>
        activitiesOf(caller, 'subscription.started', state.row.id, null),
      ),
    ),
    scheduleCreated(tx, drafts),
    scheduleWatched(
      tx,
      organizationId,
      started.map(({ state, caller }) => ({ id: state.row.id, now: caller.now })),
    ),
  ])
  return new Last(scheduled.then(() => details))
}

async function announce(
  tx: Tx,
  organizationId: string,
  listeners: readonly Listener[],
  drafts: readonly Draft[],
  shown: { readonly details: Created; readonly customers: readonly CustomerDetails[] },
): Promise<void> {
  const webhooks = drafts.flatMap(({ asked, caller, state }, place) => {
    const details = shown.details.get(asked)
    const customer = shown.customers[place]
    if (!details || !customer) throw new Error(`subscription ${state.row.id} is not shown`)
    const message = {
      type: 'subscription.started',
      objectType: 'subscription',
      objectId: state.row.id,
    } as const
    return webhooksOf(caller, listeners, message, payloadOf(details, customer))
  })
  await insertWebhooks(tx, organizationId, webhooks)
}

type PlansOfCreated = ReadonlyMap<string, PlanOfCreated>

async function plansOf(tx: Tx, drafts: readonly Draft[]): Promise<PlansOfCreated> {
  const plans = new Map(drafts.map(({ state: { plan } }) => [plan.id, plan]))
  const read = [...plans].map(async ([id, plan]) => [id, await planOfCreated(tx, plan)] as const)
  return new Map(await Promise.all(read))
}

function detailsOf({ state, of, caller }: Draft, plans: PlansOfCreated): SubscriptionDetails {
  const plan = plans.get(state.plan.id)
  if (!plan) throw new Error(`plan ${state.plan.id} was not read`)
  const more = {
    billingEntityCode: of.billingEntity.code,
    ownThresholds: [],
    sections: [],
    activationRules: [],
    now: caller.now,
  }
  return createdDetails(state, plan, more)
}
