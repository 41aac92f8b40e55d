import type { Instant } from '../calendar/instant.ts'
import type { FeeDraft } from '../invoicing/fee-draft.ts'
import type { UsageGroup, UsageQuery } from '../metering/usage.ts'
import { type PlannedUsage, planSubscriptionUsage } from '../rating/rate-subscription.ts'
import type { CommitmentFees } from '../subscriptions/commitment.ts'
import type { BillWindows, Window } from '../subscriptions/windows.ts'
import type { BillRequest } from './bill-request.ts'
import { type BilledSubscription, billedSubscription, windowsOf } from './billed-subscription.ts'
import type { BilledFixedFee, FixedChargeFacts } from './fixed-charges.ts'
import { chargesAsked } from './lines/charge-lines.ts'
import { type ReconciledPeriod, reconciledPeriod } from './lines/commitment-line.ts'
import { type FixedChargeAsked, fixedChargesAsked } from './lines/fixed-charge-lines.ts'
import { subscriptionLine } from './lines/subscription-line.ts'
import type { ProgressiveInvoiceFacts } from './reductions/available.ts'
import type { BillingHistory, BillingSnapshot } from './snapshot.ts'

/** Asks which progressive invoice a bill may credit: the newest one covering the start of a window. */
export type ProgressiveQuestion = {
  readonly subscriptionId: string
  readonly externalId: string
  readonly window: Window
  /** The draft being rebuilt, whose own credits are ignored. */
  readonly exceptInvoiceId: string | null
}

/** Asks which earlier fees count towards the minimum commitment of a period. */
export type CommitmentQuestion = {
  readonly subscriptionId: string
  readonly covered: ReconciledPeriod
  readonly exceptInvoiceId: string | null
}

/** Asks which fees for fixed charges in advance a subscription, or its predecessor, was billed. */
export type FixedChargeQuestion = {
  readonly subscriptionId: string
  /** Windows that ended before do not count. */
  readonly from: Instant
  readonly exceptInvoiceId: string | null
}

/** Everything that bills need to know about usage and earlier fees in their windows, as data. */
export type BillQuestions = {
  readonly usage: readonly UsageQuery[]
  readonly progressive: readonly ProgressiveQuestion[]
  readonly commitments: readonly CommitmentQuestion[]
  readonly fixedCharges: readonly FixedChargeQuestion[]
}

/** The answers, each list in the order of its questions. */
export type BillAnswers = {
  readonly usage: readonly (readonly UsageGroup[])[]
  readonly progressive: readonly (ProgressiveInvoiceFacts | null)[]
  readonly commitments: readonly CommitmentFees[]
  readonly fixedCharges: readonly (readonly BilledFixedFee[])[]
}

/** One subscription on a bill with its windows, the lines that need no usage, and its questions. */
export type OpenLine = {
  readonly billed: BilledSubscription
  readonly windows: BillWindows
  readonly subscriptionFee: FeeDraft | null
  readonly usage: PlannedUsage | null
  readonly fixedCharges: readonly FixedChargeAsked[]
  readonly reconciled: ReconciledPeriod | null
  /** The index of its first answer in each list. */
  readonly places: {
    readonly usage: number
    /** Null when it has no such question. */
    readonly progressive: number | null
    readonly commitment: number | null
    readonly fixedCharges: number | null
  }
}

/** What of a snapshot decides the windows and questions of bills. */
export type OpeningFacts = Pick<BillingSnapshot, 'customers' | 'subscriptions' | 'histories' | 'fixedCharges'>

/** A bill whose questions are not answered yet. */
export type OpenBill = { readonly request: BillRequest; readonly lines: readonly OpenLine[] }

const NO_FIXED_CHARGES: readonly FixedChargeFacts[] = []
const NO_HISTORY: BillingHistory = { periods: [], subscriptionFees: [] }

/** Collects the questions of bills as they are opened. */
export class QuestionList implements BillQuestions {
  readonly usage: UsageQuery[] = []
  readonly progressive: ProgressiveQuestion[] = []
  readonly commitments: CommitmentQuestion[] = []
  readonly fixedCharges: FixedChargeQuestion[] = []
}

/**
 * Opens a bill: computes the windows of each subscription, builds the lines that need no usage, and adds to
 * `questions` whatever the rest of the bill needs. Subscriptions that have not started are left out.
 */
export function openBill(snapshot: OpeningFacts, request: BillRequest, questions: QuestionList): OpenBill {
  const exceptInvoiceId = request.draft?.invoiceId ?? null
  const lines = billedSubscriptions(snapshot, request).map((billed): OpenLine => {
    const line = openLine(billed)
    const { id: subscriptionId, externalId } = billed.subscription
    const window = line.windows.charges
    const advance = line.fixedCharges.find(({ charge }) => charge.payInAdvance)?.open.window
    const places = {
      usage: questions.usage.length,
      progressive: window === null ? null : questions.progressive.length,
      commitment: line.reconciled === null ? null : questions.commitments.length,
      fixedCharges: advance === undefined ? null : questions.fixedCharges.length,
    }
    questions.usage.push(...(line.usage?.queries ?? []))
    if (window !== null) questions.progressive.push({ subscriptionId, externalId, window, exceptInvoiceId })
    if (line.reconciled !== null) {
      questions.commitments.push({ subscriptionId, covered: line.reconciled, exceptInvoiceId })
    }
    if (advance) questions.fixedCharges.push({ subscriptionId, from: advance.from, exceptInvoiceId })
    return { ...line, places }
  })
  return { request, lines }
}

function openLine(billed: BilledSubscription): Omit<OpenLine, 'places'> {
  const windows = windowsOf(billed)
  const subscriptionFee = subscriptionLine(billed, windows)
  const asked = chargesAsked(billed, windows)
  return {
    billed,
    windows,
    subscriptionFee,
    usage: asked && planSubscriptionUsage(asked),
    fixedCharges: fixedChargesAsked(billed, windows),
    reconciled: reconciledPeriod(billed, windows, subscriptionFee !== null),
  }
}

/** The subscriptions of a request, by start. */
function billedSubscriptions(snapshot: OpeningFacts, request: BillRequest): BilledSubscription[] {
  const customer = snapshot.customers.get(request.customerId)
  if (!customer) throw new Error(`customer ${request.customerId} is not in the snapshot`)
  return request.entries
    .flatMap(({ subscriptionId, reason }) => {
      const subscription = snapshot.subscriptions.get(subscriptionId)
      if (!subscription) return []
      const history = snapshot.histories.get(subscriptionId) ?? NO_HISTORY
      const zone = request.draft?.zone ?? customer.zone
      const fixedCharges = snapshot.fixedCharges.get(subscriptionId) ?? NO_FIXED_CHARGES
      const facts = { subscription, fixedCharges, history }
      return [billedSubscription(request, reason, facts, zone)]
    })
    .sort(({ subscription: a }, { subscription: b }) =>
      a.billing.startedAt === b.billing.startedAt
        ? a.id < b.id
          ? -1
          : 1
        : a.billing.startedAt - b.billing.startedAt,
    )
}
