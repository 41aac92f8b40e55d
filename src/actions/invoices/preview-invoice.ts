import type { InvoicePlan } from '../../core/billing/bill-plan.ts'
import { buildBill } from '../../core/billing/build-bills.ts'
import { startingUnits } from '../../core/billing/fixed-charges.ts'
import {
  historyUntil,
  type PreviewedBill,
  previewNext,
  previewPlanChange,
  previewStart,
  previewTermination,
  withFeesAhead,
} from '../../core/billing/preview.ts'
import type { BillingSnapshot, SubscriptionFacts } from '../../core/billing/snapshot.ts'
import { openBill, QuestionList } from '../../core/billing/usage-questions.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import type { Input } from '../../core/input/fields.ts'
import { type PreviewInput, readPreview } from '../../core/invoicing/preview-input.ts'
import { accepted, invalid, notFound } from '../../core/refusal.ts'
import { answerQuestions } from '../../store/billing/answers.ts'
import { readCouponFacts } from '../../store/billing/coupon-facts.ts'
import { readFixedCharges, readPlannedFixedCharges } from '../../store/billing/fixed-charge-facts.ts'
import { readHistories } from '../../store/billing/histories.ts'
import {
  readPlanParts,
  readSubscriptionFacts,
  readWaitingFacts,
} from '../../store/billing/subscription-facts.ts'
import { readTaxesOfBills } from '../../store/billing/taxes-of-bills.ts'
import { unwrittenInvoice } from '../../store/billing/unwritten-invoice.ts'
import { readWalletFacts } from '../../store/billing/wallet-facts.ts'
import { billingEntityIds } from '../../store/billing-entities.ts'
import type { Reads } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { findPlan } from '../../store/plans.ts'
import { viewsOf } from '../../store/subscription-views.ts'
import { activeSubscriptionsOf, pendingSuccessors, type SubscriptionRow } from '../../store/subscriptions.ts'
import { toWirePreview } from '../../wire/invoice-preview.ts'
import type { Caller, Context } from '../context.ts'
import { type PreviewCustomer, previewCustomer } from './preview-customer.ts'

/** A bill that is shown, with the rows of the subscriptions on it that exist. */
type Scene = PreviewedBill & { readonly rows: readonly SubscriptionRow[] }

/**
 * Shows a bill without making it (docs/rules/invoices.md#previews): the facts are those of the bill, changed in memory
 * to what they will be, and the same core builds it. Nothing is written.
 */
export async function previewInvoice(
  context: Context,
  caller: Caller,
  input: Input,
  customerInput: Input,
): Promise<object> {
  const asked = accepted(readPreview(input, customerInput, caller.now))
  return context.database.read(caller, async (reads) => {
    const customer = await previewCustomer(reads, asked)
    const scene = await sceneOf(reads, asked, customer, caller)
    const plan = await buildPreview(reads, customer, scene, caller)
    const [unwritten, views] = await Promise.all([
      unwrittenInvoice(reads, caller.organizationId, plan, scene.subscriptions),
      viewsOf(reads, scene.rows, caller.now),
    ])
    return toWirePreview({
      ...unwritten,
      plan,
      subscriptions: scene.subscriptions,
      views,
      customer,
      now: caller.now,
      dashboardUrl: caller.dashboardUrl,
    })
  })
}

/** The invoice of the previewed bill; several subscriptions share one. */
async function buildPreview(
  reads: Reads,
  customer: PreviewCustomer,
  { subscriptions, request }: Scene,
  { now }: Caller,
): Promise<InvoicePlan> {
  const { facts, billingEntities } = customer
  const customers = new Map([[facts.id, facts]])
  const ids = subscriptions.map(({ id }) => id)
  const [histories, fixedCharges, coupons, wallets] = await Promise.all([
    readHistories(reads, ids),
    fixedChargesOf(reads, subscriptions, request.at),
    readCouponFacts(reads, [facts.id]),
    readWalletFacts(reads, [facts.id]),
  ])
  const fixedChargeIds = [...fixedCharges.values()].flatMap((list) => list.map(({ id }) => id))
  const taxes = await readTaxesOfBills(reads, customers, subscriptions, fixedChargeIds)
  const ahead = subscriptions.map((subscription) => {
    const history = histories.get(subscription.id) ?? { periods: [], subscriptionFees: [] }
    const { startedAt } = subscription.billing
    const from = startedAt > now ? request.at : now
    const known = { subscription, history, fixedCharges: fixedCharges.get(subscription.id) ?? [] }
    return [subscription.id, historyUntil(known, facts.zone, from, request.at)] as const
  })
  const snapshot: BillingSnapshot = {
    customers,
    billingEntities,
    subscriptions: new Map(subscriptions.map((each) => [each.id, each])),
    histories: new Map(ahead.map(([id, { history }]) => [id, history])),
    fixedCharges,
    taxes,
    // What was paid by itself is regrouped by the bill when it is made.
    paidFees: new Map(),
    coupons,
    wallets,
  }
  const questions = new QuestionList()
  const open = openBill(snapshot, request, questions)
  const answers = withFeesAhead(open, await answerQuestions(reads, questions), new Map(ahead))
  const bill = buildBill(snapshot, open, answers)
  const invoice = bill.documents.flatMap((each) => (each.kind === 'invoice' ? [each.invoice] : []))[0]
  if (!invoice) throw new Error('a preview without an invoice')
  return invoice
}

/** The fixed charges of subscriptions; one that has not started will have the units of its plan. */
async function fixedChargesOf(
  reads: Reads,
  subscriptions: readonly SubscriptionFacts[],
  at: Instant,
): Promise<BillingSnapshot['fixedCharges']> {
  const [recorded, planned] = await Promise.all([
    readFixedCharges(
      reads,
      subscriptions.map(({ id }) => id),
      at,
    ),
    readPlannedFixedCharges(
      reads,
      subscriptions.map(({ plan }) => plan.id),
    ),
  ])
  return new Map(
    subscriptions.map(({ id, plan, billing: { startedAt } }) => {
      const own = recorded.get(id)?.filter(({ records }) => records.length > 0) ?? []
      if (own.length > 0) return [id, own]
      const units = (planned.get(plan.id) ?? []).map((charge) => startingUnits(charge, startedAt))
      return [id, units]
    }),
  )
}

async function sceneOf(
  reads: Reads,
  { mode, billingEntityCode }: PreviewInput,
  customer: PreviewCustomer,
  { now }: Caller,
): Promise<Scene> {
  const { facts } = customer
  if (mode.kind === 'start') {
    const { planId, ...parts } = await planOf(reads, mode.planCode)
    const start = {
      ...parts,
      id: newId(),
      externalId: '',
      billingEntityId: await issuerOf(reads, billingEntityCode),
      billingTime: mode.billingTime,
      subscriptionAt: mode.subscriptionAt ?? now,
    }
    return { ...previewStart(start, facts, now), rows: [] }
  }
  const externalIds = mode.kind === 'next' ? mode.externalIds : [mode.externalId]
  const rows = await activeSubscriptionsOf(reads, facts.id, externalIds)
  if (rows.length < externalIds.length) throw notFound('subscription')
  const known = await readSubscriptionFacts(
    reads,
    rows.map(({ id }) => id),
  )
  const current = [...known.values()]
  const [first] = current
  if (!first) throw notFound('subscription')
  if (mode.kind === 'termination') return { ...previewTermination(first, facts, mode.at), rows }
  if (mode.kind === 'plan_change') {
    const { planId, ...parts } = await planOf(reads, mode.planCode)
    if (first.plan.id === planId) {
      throw invalid({ base: ['new_plan_should_be_different_from_existing_plan'] })
    }
    return { ...accepted(previewPlanChange(first, { id: newId(), ...parts }, facts, now)), rows }
  }
  return nextScene(reads, current, rows, customer, now)
}

/** The next bill of subscriptions, where those that wait take over. */
async function nextScene(
  reads: Reads,
  current: readonly SubscriptionFacts[],
  rows: readonly SubscriptionRow[],
  { facts }: PreviewCustomer,
  now: Caller['now'],
): Promise<Scene> {
  const successors = await pendingSuccessors(
    reads,
    rows.map(({ id }) => id),
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

async function planOf(reads: Reads, code: string) {
  const plan = await findPlan(reads, code)
  const parts = plan && (await readPlanParts(reads, [plan.id])).get(plan.id)
  if (!plan || !parts) throw notFound('plan')
  return { planId: plan.id, ...parts }
}

async function issuerOf(reads: Reads, code: string | null): Promise<string | null> {
  if (code === null) return null
  const id = (await billingEntityIds(reads, [code])).get(code)
  if (id === undefined) throw notFound('billing_entity')
  return id
}
