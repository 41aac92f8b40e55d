import { addMs, HOUR_MS, type Instant } from '../../core/calendar/instant.ts'
import { traitsOf } from '../../core/payment-providers/provider-types.ts'
import type { GatewayError, ProviderPayment } from '../../core/payments/gateway.ts'
import {
  needsSomebody,
  nextLookAfter,
  nextTryAfter,
  putOff,
  REVIEW_AFTER_HOURS,
} from '../../core/payments/next-look.ts'
import {
  type Evidence,
  type Learned,
  learn,
  type ProviderPaymentState,
  type TrackedPayment,
} from '../../core/payments/provider-payment.ts'
import type { Reads, Tx } from '../../store/database.ts'
import { cancelItem, scheduleItem } from '../../store/due-items.ts'
import { insertTransition, type TransitionCause } from '../../store/payment-calls.ts'
import { findMethod } from '../../store/payment-methods.ts'
import { readProvider } from '../../store/payment-providers.ts'
import type { PaymentRow } from '../../store/payments.ts'
import { updatePayment } from '../../store/provider-payments.ts'
import { together } from '../../store/together.ts'
import { json, ts, tsOrNull } from '../../store/values.ts'
import type { Caller } from '../context.ts'
import { announcePayment } from './announce-payments.ts'
import { followPayment } from './payment-effects.ts'

/** What a piece of evidence did to a payment. */
export type EvidenceApplied = { readonly payment: PaymentRow; readonly result: 'applied' | 'no_change' }

/**
 * The only way in which a payment by a provider changes: answers, messages, looks, clocks and operators all go through
 * here (docs/decisions/0032). Writes the new state, why it changed, what it does to invoices and what is announced, and
 * when the payment is looked at next. The caller has locked the customer and the payment.
 */
export async function applyEvidence(
  tx: Tx,
  caller: Caller,
  payment: PaymentRow,
  evidence: Evidence,
  cause: TransitionCause,
): Promise<EvidenceApplied> {
  const learned = learn(trackedOf(payment), evidence, caller.now)
  const isMoved = learned.payment.state !== payment.state
  const next = await nextOf(tx, caller, payment, learned, evidence)
  const [written] = await together(
    write(tx, caller, payment, learned, evidence, next),
    attend(tx, caller, payment.id, next.at),
    isMoved || (learned.ignored !== null && cause !== 'look')
      ? insertTransition(tx, transitionOf(caller, payment, learned, evidence, cause), caller.now)
      : undefined,
  )
  if (written.review !== null && payment.review === null) {
    await announcePayment(tx, caller, payment.id, 'payment.needs_review', {
      review: { reason: written.review },
    })
  }
  if (isMoved)
    await followPayment(tx, caller, written, { announcement: learned.announcement, from: payment.state })
  return { payment: written, result: isMoved ? 'applied' : 'no_change' }
}

function transitionOf(
  { organizationId }: Caller,
  payment: PaymentRow,
  learned: Learned,
  evidence: Evidence,
  cause: TransitionCause,
) {
  const said = saidIn(evidence)
  return {
    organizationId,
    paymentId: payment.id,
    fromState: payment.state,
    toState: learned.payment.state,
    cause,
    note: learned.ignored ?? said?.providerStatus ?? errorOf(evidence)?.message ?? null,
  }
}

/** What the rules know of a payment. */
export function trackedOf(payment: PaymentRow): TrackedPayment {
  return {
    state: payment.state as ProviderPaymentState,
    money: { cents: payment.amountCents, currency: payment.amountCurrency },
    providerPaymentId: payment.providerPaymentId,
    firstSentAt: payment.firstSentAt,
    lastSentAt: payment.lastSentAt,
    mayHaveArrived: payment.mayHaveArrived,
    absentSince: payment.absentSince,
    hasSucceededBefore: payment.hasSucceeded,
    hasFailedBefore: payment.hasFailed,
    needsReview: payment.review !== null,
    isUndone: payment.state === 'failed' && (payment.error as GatewayError | null)?.class === 'late_failure',
  }
}

function write(
  tx: Tx,
  caller: Caller,
  before: PaymentRow,
  learned: Learned,
  evidence: Evidence,
  next: Next,
): Promise<PaymentRow> {
  const { payment: after } = learned
  const said = learned.ignored === null ? saidIn(evidence) : null
  const isTold = learned.ignored === null && (after.state !== before.state || evidence.kind === 'outcome')
  const told = isTold ? errorOf(evidence) : null
  const error = before.state === 'succeeded' && after.state === 'failed' ? lateFailureOf(told) : told
  const review =
    reviewLeft(before, after.state) ??
    next.review ??
    (after.needsReview && before.review === null ? (learned.ignored ?? 'unknown') : null)
  return updatePayment(tx, before.id, {
    state: after.state,
    paymentStatus: STATUS_OF[after.state],
    status: said?.providerStatus ?? wordOf(before, after.state),
    providerPaymentId: after.providerPaymentId,
    ...(said ? { nextAction: said.nextAction ? json(said.nextAction) : null } : {}),
    ...(error ? { error: json(plain(error)) } : {}),
    firstSentAt: tsOrNull(after.firstSentAt),
    lastSentAt: tsOrNull(after.lastSentAt),
    mayHaveArrived: after.mayHaveArrived,
    absentSince: tsOrNull(after.absentSince),
    hasSucceeded: after.hasSucceededBefore,
    hasFailed: after.hasFailedBefore,
    review,
    // Nothing of it was ever accepted, so nobody needs to see it but in the journal.
    hidden: before.hidden || (evidence.kind === 'abandoned' && learned.ignored === null),
    looks: next.looks,
    tries: next.tries,
    nextLookAt: tsOrNull(next.at),
    leaseUntil: after.state === 'sending' ? tsOrNull(next.at) : null,
    sends: evidence.kind === 'claimed' && learned.ignored === null ? before.sends + 1 : before.sends,
    updatedAt: ts(caller.now),
  })
}

/** Has the payment looked at next at that instant; null when it is not to be any more. */
function attend(tx: Tx, { organizationId }: Caller, subjectId: string, dueAt: Instant | null): Promise<void> {
  if (dueAt === null) return cancelItem(tx, 'payment_attention', subjectId)
  return scheduleItem(tx, organizationId, { kind: 'payment_attention', subjectId, dueAt })
}

/** Nobody has to find out any more what has been told since. */
function reviewLeft({ review }: PaymentRow, to: ProviderPaymentState): string | null {
  return review === 'outcome_unknown' && to !== 'unknown' && to !== 'sending' ? null : review
}

const STATUS_OF: Readonly<Record<ProviderPaymentState, string>> = {
  created: 'pending',
  sending: 'pending',
  unknown: 'pending',
  held: 'pending',
  action_required: 'processing',
  processing: 'processing',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'failed',
}

/** The word that is shown where the provider has said none. */
function wordOf({ status, state }: PaymentRow, to: ProviderPaymentState): string {
  if (to === state) return status
  if (to === 'failed' || to === 'held') return 'failed'
  return to === 'canceled' || to === 'succeeded' ? to : status
}

type Next = {
  readonly at: Instant | null
  readonly looks: number
  readonly tries: number
  readonly review: string | null
}

/** When somebody turns to the payment again: each open one has such an instant, so that none waits for a message alone. */
async function nextOf(
  tx: Tx,
  { now }: Caller,
  before: PaymentRow,
  learned: Learned,
  evidence: Evidence,
): Promise<Next> {
  const { state } = learned.payment
  const { looks, tries } = before
  const outcome = evidence.kind === 'outcome' ? evidence.outcome : null
  if (state === 'created' && outcome?.kind === 'not_sent') {
    return { at: nextTryAfter(tries + 1, outcome.retryAfterMs, now), looks, tries: tries + 1, review: null }
  }
  const isUntouched = learned.ignored !== null && state === 'sending'
  if (state === 'created' || isUntouched) return { at: before.nextLookAt ?? now, looks, tries, review: null }
  const seen = looksAfter(before, state)
  if (!ASKED_FOR.includes(state)) {
    // It has ended, or its worker has it: neither the method nor the provider matters.
    return { at: nextLookAfter(state, seen, 'card', now), looks: seen, tries, review: null }
  }
  const [method, hours] = await together(
    before.paymentMethodId === null ? undefined : findMethod(tx, before.paymentMethodId),
    reviewHoursOf(tx, before),
  )
  const look = nextLookAfter(state, seen, method?.providerMethodType ?? 'card', now, hours)
  const retryAfterMs = outcome?.kind === 'not_sent' ? outcome.retryAfterMs : null
  return {
    at: look && putOff(look, retryAfterMs, now),
    looks: seen,
    tries,
    review: state === 'unknown' ? reviewAfter(seen, hours) : null,
  }
}

/** States in which the provider is asked what became of a payment. */
const ASKED_FOR: readonly ProviderPaymentState[] = ['unknown', 'processing', 'action_required']

async function reviewHoursOf(reads: Reads, { paymentProviderId }: PaymentRow): Promise<number> {
  const provider = paymentProviderId === null ? undefined : await readProvider(reads, paymentProviderId)
  return provider ? traitsOf(provider.providerType).reviewAfterHours : REVIEW_AFTER_HOURS
}

function reviewAfter(looks: number, hours: number): string | null {
  return needsSomebody(looks, hours) ? 'outcome_unknown' : null
}

/** How often was looked for the present state; a replay counts as a look. */
function looksAfter(before: PaymentRow, to: ProviderPaymentState): number {
  if (to === 'sending') return before.looks
  if (to === 'unknown')
    return before.state === 'sending' && before.sends <= 1 ? before.looks : before.looks + 1
  return to === before.state ? before.looks + 1 : 0
}

function saidIn(evidence: Evidence): ProviderPayment | null {
  if (evidence.kind === 'told') return evidence.payment
  return evidence.kind === 'outcome' && evidence.outcome.kind === 'known' ? evidence.outcome.payment : null
}

/** A payment that had succeeded: what its provider says is why the money went back. */
function lateFailureOf(said: GatewayError | null): GatewayError {
  const message = said?.message ?? 'the bank has taken the money back'
  return { class: 'late_failure', code: 'late_failure', message, declineCode: said?.code ?? null }
}

const ABSENT: GatewayError = {
  class: 'outcome_absent',
  code: 'outcome_absent',
  message: 'the payment never arrived at the provider',
}
const UNAVAILABLE: GatewayError = {
  class: 'provider_unavailable',
  code: 'provider_unavailable',
  message: 'the provider could not be reached for a day',
}

/**
 * Notes a look that told nothing, because there was no answer, or because the provider cannot be asked. After many of
 * them somebody is asked to find out; of a provider that cannot be asked, also once so many hours have passed.
 */
export async function noteSilence(
  tx: Tx,
  caller: Caller,
  payment: PaymentRow,
  canBeAsked = true,
): Promise<void> {
  const looks = payment.looks + 1
  const hours = await reviewHoursOf(tx, payment)
  const at = nextLookAfter(payment.state as ProviderPaymentState, looks, 'card', caller.now, hours)
  if (at === null) return
  const isOver = payment.firstSentAt !== null && caller.now >= addMs(payment.firstSentAt, hours * HOUR_MS)
  const review = !canBeAsked && isOver ? 'outcome_unknown' : reviewAfter(looks, hours)
  const asked = payment.state === 'unknown' && payment.review === null ? review : null
  await updatePayment(tx, payment.id, {
    looks,
    nextLookAt: ts(at),
    ...(asked === null ? {} : { review: asked }),
  })
  if (asked !== null) {
    await announcePayment(tx, caller, payment.id, 'payment.needs_review', { review: { reason: asked } })
  }
  await scheduleItem(tx, caller.organizationId, {
    kind: 'payment_attention',
    subjectId: payment.id,
    dueAt: at,
  })
}

function errorOf(evidence: Evidence): GatewayError | null {
  if (evidence.kind === 'absent') return ABSENT
  if (evidence.kind === 'given_up') return UNAVAILABLE
  if (evidence.kind === 'outcome' && evidence.outcome.kind !== 'known') return evidence.outcome.error
  return saidIn(evidence)?.error ?? null
}

/** Errors are kept as JSON, without what is not there. */
function plain(error: GatewayError): object {
  return JSON.parse(JSON.stringify(error)) as object
}
