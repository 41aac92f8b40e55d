import { createHash } from 'node:crypto'
import type { CalendarDate } from '../../core/calendar/calendar-date.ts'
import type { PlanEntitlement } from '../../core/entitlements/resolve.ts'
import { definitionOf, type PlanDefinition } from '../../core/plans/plan-definition.ts'
import { planChoices } from '../../core/portal/plan-choices.ts'
import { notFound } from '../../core/refusal.ts'
import { downgradeDate } from '../../core/subscriptions/change.ts'
import type { CustomerRow } from '../../store/customers.ts'
import type { Reads } from '../../store/database.ts'
import { entitlementsOfPlans } from '../../store/entitlements.ts'
import type { PlanWithParts } from '../../store/plans.ts'
import { readPlan } from '../../store/plans.ts'
import { addOnNamesOf, readPortalPlans } from '../../store/portal-plans.ts'
import { viewsOf } from '../../store/subscription-views.ts'
import { pendingSuccessors, type SubscriptionRow } from '../../store/subscriptions.ts'
import type { ShownPreview } from '../../wire/invoice-preview.ts'
import type { Caller, Context } from '../context.ts'
import { previewOf } from '../invoices/preview-invoice.ts'

/** A plan to which a customer may change, and when it would take over; null for at once. */
export type PlanChoice = {
  readonly plan: PlanWithParts
  readonly kind: 'upgrade' | 'downgrade'
  readonly takesEffectOn: CalendarDate | null
  readonly entitlements: readonly PlanEntitlement[]
  /** Of what its fixed charges sell, by id. */
  readonly addOnNames: ReadonlyMap<string, string>
}

/** A change that waits for the end of the period. */
export type WaitingChange = {
  readonly planName: string
  readonly takesEffectOn: CalendarDate | null
  /** Between two plans that are offered, so that the customer may have made it. */
  readonly isWithdrawable: boolean
}

export type PlanChoices = {
  readonly choices: readonly PlanChoice[]
  readonly waiting: WaitingChange | null
}

/** The plans to which the customer of a subscription may change it, and the change that waits. */
export async function readPlanChoices(
  reads: Reads,
  { now }: Pick<Caller, 'now'>,
  row: SubscriptionRow,
): Promise<PlanChoices> {
  const [offered, [view], successors] = await Promise.all([
    readPortalPlans(reads),
    viewsOf(reads, [row], now),
    pendingSuccessors(reads, [row.id]),
  ])
  const successor = successors.get(row.id)
  const isGated = successor?.status === 'incomplete'
  const plans = planChoices({ status: row.status, planId: row.planId, isGated }, offered)
  const ids = plans.map(({ id }) => id)
  const [entitlements, addOnNames] = await Promise.all([
    entitlementsOfPlans(reads, ids),
    addOnNamesOf(reads, plans),
  ])
  const periodEnd = view?.moment ? downgradeDate(view.moment) : null
  const choices = plans.map(({ kind, ...plan }) => ({
    ...{ plan, kind, addOnNames, entitlements: entitlements.get(plan.id) ?? [] },
    takesEffectOn: kind === 'downgrade' ? periodEnd : null,
  }))
  if (successor?.status !== 'pending') return { choices, waiting: null }
  const next = await readPlan(reads, successor.planId)
  const isOffered = (id: string) => offered.some((plan) => plan.id === id)
  const waiting = {
    planName: next.invoiceDisplayName || next.name,
    takesEffectOn: periodEnd,
    isWithdrawable: isOffered(row.planId) && isOffered(successor.planId),
  }
  return { choices, waiting }
}

/** One of these plans, with what the customer agrees to; 404 for every other plan. */
export async function readPlanChoice(
  reads: Reads,
  caller: Pick<Caller, 'now'>,
  row: SubscriptionRow,
  planId: string,
): Promise<{ readonly choice: PlanChoice; readonly terms: string }> {
  const { choices } = await readPlanChoices(reads, caller, row)
  const choice = choices.find(({ plan }) => plan.id === planId)
  const present = (await readPortalPlans(reads)).find(({ id }) => id === row.planId)
  if (!choice || !present) throw notFound('plan')
  return { choice, terms: termsOf(choice.kind, definitionOf(present), definitionOf(choice.plan)) }
}

/** Changes with anything that either plan costs, so that nobody agrees to another price than they were shown. */
function termsOf(kind: PlanChoice['kind'], present: PlanDefinition, next: PlanDefinition): string {
  const text = JSON.stringify([kind, present, next])
  return createHash('sha256').update(text).digest('base64url')
}

/** What a change of plan would do, and the bill of it (docs/rules/invoices.md#previews). */
export type PreviewedChange = {
  readonly choice: PlanChoice
  readonly terms: string
  readonly bill: ShownPreview
}

/** Shows what a customer's change of plan would do, without making it; 404 for a plan that it may not change to. */
export async function previewOwnPlanChange(
  { database }: Context,
  caller: Caller,
  { externalId: externalCustomerId }: Pick<CustomerRow, 'externalId'>,
  row: SubscriptionRow,
  planId: string,
): Promise<PreviewedChange> {
  return database.readUsage(caller, async (reads) => {
    const { choice, terms } = await readPlanChoice(reads, caller, row, planId)
    const mode = { kind: 'plan_change', externalId: row.externalId, planCode: choice.plan.code } as const
    const asked = { externalCustomerId, customer: {}, billingEntityCode: null, coupons: [], mode }
    const { shown: bill } = await previewOf(reads, asked, caller)
    return { choice, terms, bill }
  })
}
