import {
  type PreviewedBill,
  previewNext,
  previewPlanChange,
  previewStart,
  previewTermination,
} from '../../core/billing/preview.ts'
import type { BillingSnapshot, PlanParts, SubscriptionFacts } from '../../core/billing/snapshot.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import type { PreviewInput } from '../../core/invoicing/preview-input.ts'
import { accepted, invalid, notFound } from '../../core/refusal.ts'
import { type ActivationRuleRow, activationRulesOf } from '../../store/activation-rules.ts'
import { readCouponFacts } from '../../store/billing/coupon-facts.ts'
import { readCreditNoteFacts } from '../../store/billing/credit-note-facts.ts'
import { readFixedCharges } from '../../store/billing/fixed-charge-facts.ts'
import { readHistories } from '../../store/billing/histories.ts'
import {
  type KnownSubscriptions,
  readPlanParts,
  readWaitingFacts,
  subscriptionFactsOf,
} from '../../store/billing/subscription-facts.ts'
import { readWalletFacts } from '../../store/billing/wallet-facts.ts'
import type { Reads } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { findPlan, type PlanRow } from '../../store/plans.ts'
import { previousPlanCodes } from '../../store/subscription-views.ts'
import {
  activeSubscriptionsOf,
  type FollowingSubscription,
  followersOf,
  type SubscriptionRow,
} from '../../store/subscriptions.ts'
import type { PreviewCustomer } from './preview-customer.ts'

/** The rows of what a preview names: active subscriptions by their start, and a plan. */
export type PreviewSubjects = {
  readonly rows: readonly SubscriptionRow[]
  readonly plan: PlanRow | null
}

/** Finds them in one round trip; what is not there is missing. */
export async function findSubjects(
  reads: Reads,
  { mode, externalCustomerId }: Pick<PreviewInput, 'mode' | 'externalCustomerId'>,
): Promise<PreviewSubjects> {
  const externalIds = askedIds(mode)
  const [rows, plan] = await Promise.all([
    externalCustomerId === null || externalIds.length === 0
      ? []
      : activeSubscriptionsOf(reads, externalCustomerId, externalIds),
    'planCode' in mode ? findPlan(reads, mode.planCode) : undefined,
  ])
  return { rows, plan: plan ?? null }
}

function askedIds(mode: PreviewInput['mode']): readonly string[] {
  if (mode.kind === 'start') return []
  return mode.kind === 'next' ? mode.externalIds : [mode.externalId]
}

/** What is known of the subjects and of their customer before it is decided which bill is shown. */
export type KnownFacts = Pick<
  BillingSnapshot,
  'histories' | 'fixedCharges' | 'coupons' | 'creditNotes' | 'wallets'
> & {
  readonly subscriptions: KnownSubscriptions
  readonly planParts: PlanParts | null
  readonly followers: readonly FollowingSubscription[]
  readonly rules: readonly ActivationRuleRow[]
  readonly previousCodes: ReadonlyMap<string, string>
}

/**
 * Reads it, mostly in one round trip.
 *
 * @param customerId null for somebody who is no customer yet
 */
export async function readKnownFacts(
  reads: Reads,
  { rows, plan }: PreviewSubjects,
  customerId: string | null,
  now: Instant,
): Promise<KnownFacts> {
  const ids = rows.map(({ id }) => id)
  const planIds = plan === null ? [] : [plan.id]
  const customerIds = customerId === null ? [] : [customerId]
  const ofSubscriptions = Promise.all([
    subscriptionFactsOf(reads, rows),
    readHistories(reads, ids),
    readFixedCharges(reads, ids, now),
    ids.length === 0 ? [] : followersOf(reads, ids),
    ids.length === 0 ? [] : activationRulesOf(reads, ids),
    previousPlanCodes(reads, rows),
  ])
  const ofCustomer = Promise.all([
    readCouponFacts(reads, customerIds, planIds),
    readCreditNoteFacts(reads, customerIds),
    readWalletFacts(reads, customerIds),
  ])
  const [known, [coupons, creditNotes, wallets], parts] = await Promise.all([
    ofSubscriptions,
    ofCustomer,
    plan && readPlanParts(reads, planIds),
  ])
  const [subscriptions, histories, fixedCharges, followers, rules, previousCodes] = known
  const planParts = (plan && parts?.get(plan.id)) ?? null
  const own = { subscriptions, histories, fixedCharges, followers, rules, previousCodes }
  return { ...own, coupons, creditNotes, wallets, planParts }
}

/** A bill that is shown, with the rows of the subscriptions on it that exist. */
export type Scene = PreviewedBill & { readonly rows: readonly SubscriptionRow[] }

/** Decides which bill is shown; 404 and 422 as docs/rules/invoices.md#previews says. */
export async function sceneOf(
  reads: Reads,
  { mode, billingEntityCode }: Pick<PreviewInput, 'mode' | 'billingEntityCode'>,
  { rows, plan }: PreviewSubjects,
  facts: KnownFacts,
  customer: PreviewCustomer,
  now: Instant,
): Promise<Scene> {
  if (mode.kind === 'start') {
    const parts = plannedParts(plan, facts)
    const start = {
      ...parts,
      id: newId(),
      externalId: '',
      billingEntityId: issuerOf(customer, billingEntityCode),
      billingTime: mode.billingTime,
      subscriptionAt: mode.subscriptionAt ?? now,
    }
    return { ...previewStart(start, customer.facts, now), rows: [] }
  }
  if (rows.length < askedIds(mode).length) throw notFound('subscription')
  const current = [...facts.subscriptions.facts.values()]
  const [first] = current
  if (!first) throw notFound('subscription')
  if (mode.kind === 'termination') {
    const asked = rows.map((row) =>
      mode.creditNote === null ? row : { ...row, onTerminationCreditNote: mode.creditNote },
    )
    return { ...previewTermination(first, customer.facts, mode.at), rows: asked }
  }
  if (mode.kind === 'plan_change') {
    const parts = plannedParts(plan, facts)
    if (first.plan.id === parts.plan.id) {
      throw invalid({ base: ['new_plan_should_be_different_from_existing_plan'] })
    }
    const next = { id: newId(), ...parts }
    return { ...accepted(previewPlanChange(first, next, customer.facts, now)), rows }
  }
  return nextScene(reads, { current, rows, followers: facts.followers }, customer, now)
}

function plannedParts(plan: PlanRow | null, { planParts }: KnownFacts): PlanParts {
  if (plan === null || planParts === null) throw notFound('plan')
  return planParts
}

/** The next bill of subscriptions, where those that wait take over. */
async function nextScene(
  reads: Reads,
  {
    current,
    rows,
    followers,
  }: Pick<KnownFacts, 'followers'> &
    Pick<PreviewSubjects, 'rows'> & {
      readonly current: readonly SubscriptionFacts[]
    },
  { facts }: PreviewCustomer,
  now: Instant,
): Promise<Scene> {
  // A later one takes the place of an earlier one.
  const successors = new Map(
    followers
      .filter(({ status }) => status === 'pending' || status === 'incomplete')
      .map((row) => [row.previousSubscriptionId, row]),
  )
  const pending = current.flatMap(({ id, billing }) => {
    const row = successors.get(id)
    return row?.status === 'pending' ? [{ row, firstStart: billing.initialStartedAt }] : []
  })
  const waiting = await readWaitingFacts(reads, pending, now)
  const subjects = current.map((subscription) => ({
    subscription,
    waiting: waiting.get(successors.get(subscription.id)?.id ?? '') ?? null,
  }))
  const previewed = accepted(previewNext(subjects, facts, now))
  return { ...previewed, rows: [...rows, ...pending.map(({ row }) => row)] }
}

function issuerOf({ issuerIds }: PreviewCustomer, code: string | null): string | null {
  if (code === null) return null
  const id = issuerIds.get(code)
  if (id === undefined) throw notFound('billing_entity')
  return id
}
