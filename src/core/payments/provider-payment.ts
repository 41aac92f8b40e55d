import { addMs, HOUR_MS, type Instant } from '../calendar/instant.ts'
import type { ChargeOutcome, ErrorClass, GatewayMoney, ProviderPayment } from './gateway.ts'

/**
 * The states of a payment by a provider: `created` and not sent, `sending` by a worker, sent with an `unknown` outcome,
 * waiting for the payer (`action_required`) or for the provider (`processing`), `held` because it cannot be sent as it
 * is, and its ends.
 */
export type ProviderPaymentState =
  | 'created'
  | 'sending'
  | 'unknown'
  | 'action_required'
  | 'processing'
  | 'succeeded'
  | 'failed'
  | 'canceled'
  | 'held'

/** What is known of a payment by a provider. Instants are those of the first and the last sending. */
export type TrackedPayment = {
  readonly state: ProviderPaymentState
  readonly money: GatewayMoney
  readonly providerPaymentId: string | null
  readonly firstSentAt: Instant | null
  readonly lastSentAt: Instant | null
  /** Whether a sending of it had no clear answer: what is proven of a later one says nothing of that one. */
  readonly mayHaveArrived: boolean
  /** When the provider was last asked and had nothing, although its answer was complete. */
  readonly absentSince: Instant | null
  readonly hasSucceededBefore: boolean
  readonly hasFailedBefore: boolean
  readonly needsReview: boolean
  /** It has failed because its money did not stay. */
  readonly isUndone?: boolean
}

/** Something that was learned of a payment. */
export type Evidence =
  /** A worker takes it to send it. */
  | { readonly kind: 'claimed' }
  | { readonly kind: 'outcome'; readonly outcome: ChargeOutcome }
  /** The worker did not come back in time: it may or may not have sent it. */
  | { readonly kind: 'worker_lost' }
  /** A message of the provider, or what a look at it found. */
  | { readonly kind: 'told'; readonly payment: ProviderPayment }
  /** A complete look found nothing. */
  | { readonly kind: 'absent' }
  /** It is not to be sent any more: nothing is owed, or it cannot be sent now. */
  | { readonly kind: 'abandoned' }
  /** Nobody took it for so long that it is given up. */
  | { readonly kind: 'given_up' }
  /** Somebody looked it up at the provider. */
  | {
      readonly kind: 'resolved'
      readonly as: 'succeeded' | 'failed'
      readonly providerPaymentId: string | null
    }

/** What is to be announced once the new state is stored; each at most once in the life of a payment. */
export type PaymentAnnouncement = 'succeeded' | 'failed'

export type Learned = {
  readonly payment: TrackedPayment
  readonly announcement: PaymentAnnouncement | null
  /** Why the evidence changed nothing. */
  readonly ignored: string | null
}

/** How long a key that lives for a day protects from a second charge, with an hour to spare. */
export const KEPT_FOR_A_DAY_MS = 23 * HOUR_MS
/** How long after the last sending a provider may still not show a payment that it accepted. */
const SHOWN_AFTER_MS = 10 * 60_000
/** The time between the two looks that prove absence. */
const LOOKS_APART_MS = 5 * 60_000

const REFUSED_AS_HELD: readonly ErrorClass[] = ['amount_too_small', 'amount_not_representable']

/**
 * A payment after something was learned of it at an instant. Late, repeated and reordered evidence changes nothing, and
 * nothing but a definite answer or proof of absence makes a payment fail: a timeout never does.
 */
export function learn(payment: TrackedPayment, evidence: Evidence, now: Instant): Learned {
  if (evidence.kind === 'claimed') return claimed(payment, now)
  if (evidence.kind === 'told') return told(payment, evidence.payment)
  if (evidence.kind === 'absent') return absent(payment, now)
  if (evidence.kind === 'resolved') return resolved(payment, evidence)
  if (evidence.kind === 'abandoned' || evidence.kind === 'given_up') return unsent(payment, evidence.kind)
  // An answer that comes after a message, or after its worker was given up, says as much as a message.
  const isKnown = evidence.kind === 'outcome' && evidence.outcome.kind === 'known'
  if (payment.state !== 'sending' && !isKnown)
    return ignored(payment, `${evidence.kind} of a payment that is ${payment.state}`)
  if (evidence.kind === 'worker_lost') return moved(payment, 'unknown')
  const { outcome } = evidence
  if (outcome.kind === 'known') return told(payment, outcome.payment)
  if (outcome.kind === 'not_sent') return moved(payment, payment.mayHaveArrived ? 'unknown' : 'created')
  if (outcome.kind === 'unknown') return moved(payment, 'unknown')
  return moved(payment, REFUSED_AS_HELD.includes(outcome.error.class) ? 'held' : 'failed')
}

/** What was never sent ends without asking the provider. */
function unsent(payment: TrackedPayment, kind: 'abandoned' | 'given_up'): Learned {
  const { state } = payment
  if (state !== 'created' && state !== 'held') return ignored(payment, `${kind} while ${state}`)
  return moved(payment, kind === 'abandoned' ? 'canceled' : 'failed')
}

function resolved(payment: TrackedPayment, evidence: Extract<Evidence, { kind: 'resolved' }>): Learned {
  const { state, providerPaymentId } = payment
  if (!OPEN_STATES.includes(state)) return ignored(payment, `resolved while ${state}`)
  const known = { ...payment, providerPaymentId: providerPaymentId ?? evidence.providerPaymentId }
  return moved({ ...known, needsReview: false }, evidence.as)
}

function claimed(payment: TrackedPayment, now: Instant): Learned {
  const { state } = payment
  if (state !== 'created' && state !== 'unknown') return ignored(payment, `claimed while ${state}`)
  const sent = {
    ...payment,
    firstSentAt: payment.firstSentAt ?? now,
    lastSentAt: now,
    mayHaveArrived: payment.mayHaveArrived || state === 'unknown',
    absentSince: null,
  }
  return moved(sent, 'sending')
}

/**
 * Whether what a provider says is known: the success of a payment that has succeeded, of the same payment there and the
 * same amount. Most messages are of this kind, because an answer comes before its message.
 */
export function isKnownSuccess(
  payment: Pick<TrackedPayment, 'state' | 'providerPaymentId' | 'money'>,
  said: ProviderPayment,
): boolean {
  const { cents, currency } = said.money
  return (
    payment.state === 'succeeded' &&
    said.state === 'settled' &&
    said.providerPaymentId !== null &&
    payment.providerPaymentId === said.providerPaymentId &&
    payment.money.cents === cents &&
    payment.money.currency === currency
  )
}

const STATE_OF: Readonly<Record<ProviderPayment['state'], ProviderPaymentState>> = {
  settled: 'succeeded',
  processing: 'processing',
  action_required: 'action_required',
  declined: 'failed',
  canceled: 'canceled',
}

const OPEN_STATES: readonly ProviderPaymentState[] = ['sending', 'unknown', 'processing', 'action_required']
const MOVES_NOTHING: readonly ProviderPayment['state'][] = ['declined', 'canceled']
const ENDED_BADLY: readonly ProviderPaymentState[] = ['failed', 'canceled']
/**
 * States whose money is not expected, and is believed all the same: the payment ended badly, or its sending is not
 * known here, as after the restore of a backup.
 */
const MAY_STILL_SUCCEED: readonly ProviderPaymentState[] = [...ENDED_BADLY, 'created', 'held']

function told(payment: TrackedPayment, said: ProviderPayment): Learned {
  const { money, providerPaymentId } = payment
  const isSame =
    providerPaymentId === null ||
    said.providerPaymentId === null ||
    providerPaymentId === said.providerPaymentId
  if (!isSame && MOVES_NOTHING.includes(said.state)) return ignored(payment, 'another try, without money')
  const isAmount = said.money.cents === money.cents && said.money.currency === money.currency
  // Nothing of what does not fit is applied; somebody has to look.
  if (!isSame || !isAmount) {
    return {
      ...ignored(payment, 'another payment, amount or currency'),
      payment: { ...payment, needsReview: true },
    }
  }
  const known = {
    ...payment,
    providerPaymentId: said.providerPaymentId ?? providerPaymentId,
    absentSince: null,
  }
  const isUndoing = payment.state === 'succeeded' && said.undoesSuccess === true
  const to = isUndoing && MOVES_NOTHING.includes(said.state) ? 'failed' : STATE_OF[said.state]
  const isOvertaken =
    said.isOnlyAuthorised === true && (payment.state === 'canceled' || payment.isUndone === true)
  const isLateSuccess = MAY_STILL_SUCCEED.includes(payment.state) && to === 'succeeded' && !isOvertaken
  const isLateFailure = isUndoing && to === 'failed'
  // Paid on a page, by a payment whose id comes later.
  if (payment.state === 'succeeded' && to === 'succeeded' && providerPaymentId === null) {
    return { payment: known, announcement: null, ignored: null }
  }
  if (!OPEN_STATES.includes(payment.state) && !isLateSuccess && !isLateFailure) {
    return ignored(payment, `told ${to} while ${payment.state}`)
  }
  return moved(known, to)
}

/** The second of two complete looks without a find, far enough apart and from the last sending, proves absence. */
function absent(payment: TrackedPayment, now: Instant): Learned {
  const { state, absentSince, lastSentAt } = payment
  if (state !== 'unknown') return ignored(payment, `absent while ${state}`)
  if (lastSentAt !== null && now < addMs(lastSentAt, SHOWN_AFTER_MS)) {
    return ignored(payment, 'it may not be shown yet')
  }
  if (absentSince === null)
    return { payment: { ...payment, absentSince: now }, announcement: null, ignored: null }
  if (now < addMs(absentSince, LOOKS_APART_MS)) return ignored(payment, 'too soon after the first look')
  return moved(payment, 'failed')
}

/**
 * What may be done to find out about a payment whose outcome is unknown: look, or send the same order with the same key
 * again. Past the life of the key a replay could charge twice, so it is only looked for.
 */
export function mayReplay(
  { state, firstSentAt }: Pick<TrackedPayment, 'state' | 'firstSentAt'>,
  now: Instant,
  replayWithinMs: number,
): boolean {
  return state === 'unknown' && firstSentAt !== null && now < addMs(firstSentAt, replayWithinMs)
}

function moved(payment: TrackedPayment, to: ProviderPaymentState): Learned {
  const hasSucceeded = to === 'succeeded' && !payment.hasSucceededBefore
  const hasFailed = to === 'failed' && !payment.hasFailedBefore
  return {
    payment: {
      ...payment,
      state: to,
      hasSucceededBefore: payment.hasSucceededBefore || to === 'succeeded',
      hasFailedBefore: payment.hasFailedBefore || to === 'failed',
    },
    announcement: hasSucceeded ? 'succeeded' : hasFailed ? 'failed' : null,
    ignored: null,
  }
}

function ignored(payment: TrackedPayment, reason: string): Learned {
  return { payment, announcement: null, ignored: reason }
}
