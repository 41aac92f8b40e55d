import { addMs, DAY_MS, HOUR_MS, type Instant, instant } from '../calendar/instant.ts'
import type { TimeZone } from '../calendar/zone.ts'
import type { ProviderPaymentState } from '../payments/provider-payment.ts'
import { endingBillAt, nextBillingAt } from './due.ts'
import { isPaymentGateApplicable } from './starting-bill.ts'
import type { BillMoment } from './subscription.ts'

/** What has become of a rule: `inactive` until the start, `pending` while the start waits. */
export type RuleStatus =
  | 'inactive'
  | 'pending'
  | 'not_applicable'
  | 'satisfied'
  | 'failed'
  | 'expired'
  | 'declined'

/**
 * Whether a start waits for a payment: something is billed immediately
 * (docs/rules/subscriptions.md#activation-rules). A start without rules never waits.
 */
export function isGated(
  rules: readonly unknown[],
  start: Pick<BillMoment, 'plan' | 'subscription' | 'at'>,
): boolean {
  return rules.length > 0 && isPaymentGateApplicable(start)
}

/** When a rule ends that begins to wait at an instant; null for never. */
export function ruleExpiresAt(timeoutHours: number, from: Instant): Instant | null {
  return timeoutHours === 0 ? null : addMs(from, timeoutHours * HOUR_MS)
}

/**
 * The last instant at which a waiting subscription may start: its rules end, or the subscription would; null for never.
 */
export function gateDeadline(
  expiries: readonly (Instant | null)[],
  endingAt: Instant | null,
  zone: TimeZone,
): Instant | null {
  const ends = [...expiries, endingAt === null ? null : endingBillAt(endingAt, zone)].filter(
    (each) => each !== null,
  )
  return ends.length === 0 ? null : instant(Math.min(...ends))
}

/** A charge of the invoice, as far as it goes. */
export type GateCharge = {
  readonly state: ProviderPaymentState
  /** How often its sending was tried in vain. */
  readonly tries: number
  readonly firstSentAt: Instant | null
  /** Whether charges can be sent through its connection at present. */
  readonly canBeSent: boolean
}

/** How long after its sending the end of a gate waits for an answer: by then somebody has to look for it. */
const ANSWER_WITHIN_MS = DAY_MS

/**
 * Whether a charge is still to be sent for the first time, or was sent and nobody knows yet what came of it. One whose
 * provider cannot be reached has been tried.
 */
export function isAttemptAwaited(
  { state, tries, firstSentAt, canBeSent }: GateCharge,
  now: Instant,
): boolean {
  if (state === 'created') return tries === 0 && canBeSent
  if (state !== 'sending' && state !== 'unknown') return false
  return firstSentAt === null || now < addMs(firstSentAt, ANSWER_WITHIN_MS)
}

/** The invoice for whose payment a subscription waits, and until when. */
export type Gate = {
  readonly invoice: { readonly status: string; readonly paymentStatus: string } | undefined
  readonly deadline: Instant | null
  /** Whether its charge is about to be made, or has no answer yet. */
  readonly awaitsAttempt: boolean
}

export type GateDecision =
  | { readonly kind: 'activate' }
  | { readonly kind: 'cancel'; readonly reason: 'payment_failed' | 'timeout' }
  | { readonly kind: 'wait' }
  /** Its time is over, but its charge was not attempted: it is looked at again after that. */
  | { readonly kind: 'wait_for_attempt' }

/** Statuses of an invoice whose payment is still awaited. */
const AWAITED: readonly string[] = ['open', 'generating', 'pending']

/**
 * What becomes of a waiting subscription (docs/rules/subscriptions.md#activation-rules). A payment decides, whenever it
 * came; time decides only while there is none. After an outage, or a move of a sandbox's clock, the time may be over
 * before the charge was even attempted, which is not the payer's fault.
 */
export function decideGate({ invoice, deadline, awaitsAttempt }: Gate, now: Instant): GateDecision {
  // Nothing is owed: no invoice was needed, or it is final or came to nothing.
  if (!invoice || !AWAITED.includes(invoice.status)) return { kind: 'activate' }
  if (invoice.paymentStatus === 'succeeded') return { kind: 'activate' }
  if (invoice.paymentStatus === 'failed') return { kind: 'cancel', reason: 'payment_failed' }
  if (deadline === null || deadline > now) return { kind: 'wait' }
  return awaitsAttempt ? { kind: 'wait_for_attempt' } : { kind: 'cancel', reason: 'timeout' }
}

/**
 * Whether a billing day passed while a subscription waited, so that its first invoice does not pay for the present
 * period.
 */
export function isRolledOver({ plan, subscription, at, zone }: BillMoment, gatedAt: Instant): boolean {
  const waited = { ...subscription, status: 'active', startedAt: gatedAt, terminatedAt: null } as const
  const next = nextBillingAt(plan, waited, gatedAt, zone)
  return next !== null && next <= at
}
