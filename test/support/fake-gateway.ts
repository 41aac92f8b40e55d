import { addMs, type Instant } from '../../src/core/calendar/instant.ts'
import type {
  ChargeOrder,
  ChargeOutcome,
  ErrorClass,
  ProviderPayment,
} from '../../src/core/payments/gateway.ts'

/** A message of the fake provider, and when it arrives. */
export type FakeMessage = { readonly at: Instant; readonly payment: ProviderPayment }

type Plan = { readonly first: ProviderPayment['state']; readonly later: ProviderPayment['state'] | null }

const PLANS: readonly (readonly [number, Plan | 'refused'])[] = [
  [0.55, { first: 'settled', later: null }],
  [0.12, { first: 'declined', later: null }],
  [0.15, { first: 'processing', later: 'settled' }],
  [0.08, { first: 'processing', later: 'declined' }],
  [0.04, { first: 'action_required', later: 'settled' }],
  [0.03, { first: 'action_required', later: 'canceled' }],
  [0.03, 'refused'],
]

const SHOWN_AFTER_MS_MAX = 5 * 60_000
const DECIDED_AFTER_MS_MAX = 3 * 86_400_000
const MESSAGE_DELAY_MS_MAX = 2 * 86_400_000

type FakeOrder = Pick<ChargeOrder, 'paymentId' | 'idempotencyKey' | 'money'>

const errorOf = (reason: ErrorClass) => ({ class: reason, code: null, message: reason })

type Stored = {
  payment: ProviderPayment
  readonly shownAt: Instant
  readonly later: Plan['later']
  readonly decidedAt: Instant
}

/**
 * A payment provider in memory that behaves as badly as real ones may: it loses requests, answers late or never
 * although it took the money, decides later, and repeats, reorders and loses its messages. It executes each key once,
 * and what it holds in the end is the truth. The same seed does the same.
 */
export class FakeGateway {
  private readonly now: () => Instant
  private state: number
  private readonly byKey = new Map<string, Stored | 'refused'>()
  private readonly sent: FakeMessage[] = []

  constructor(seed: number, now: () => Instant) {
    this.state = seed
    this.now = now
  }

  /** A number from 0 to 1; a linear congruential generator is chance enough. */
  random(): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0
    return this.state / 2 ** 32
  }

  readonly charge = async (order: FakeOrder): Promise<ChargeOutcome> => {
    const luck = this.random()
    const error = errorOf('network')
    if (luck < 0.06) return { kind: 'not_sent', error, retryAfterMs: 30_000 }
    if (luck < 0.12) return { kind: 'unknown', error }
    const stored = this.execute(order)
    // The time runs out after the provider has done its work.
    if (luck < 0.25) return { kind: 'unknown', error }
    if (stored === 'refused') return { kind: 'refused', error: errorOf('invalid_request') }
    return { kind: 'known', payment: this.presentOf(stored) }
  }

  readonly findPayment = async (paymentId: string, _sentFrom: Instant) => {
    const luck = this.random()
    if (luck < 0.1) return { ok: false as const, error: errorOf('network') }
    if (luck < 0.2) return { ok: true as const, value: { isComplete: false, items: [] } }
    const stored = this.byKey.get(keyOf(paymentId))
    const isShown = stored !== undefined && stored !== 'refused' && this.now() >= stored.shownAt
    return { ok: true as const, value: { isComplete: true, items: isShown ? [this.presentOf(stored)] : [] } }
  }

  /** The messages that arrive, in the order in which they do. */
  takeMessages(): readonly FakeMessage[] {
    return this.sent.splice(0).sort((a, b) => a.at - b.at)
  }

  /** How a payment ended at the provider; undefined when it never took it. */
  truthOf(paymentId: string): ProviderPayment['state'] | undefined {
    const stored = this.byKey.get(keyOf(paymentId))
    return stored === undefined || stored === 'refused' ? undefined : (stored.later ?? stored.payment.state)
  }

  private execute(order: FakeOrder): Stored | 'refused' {
    const known = this.byKey.get(order.idempotencyKey)
    if (known !== undefined) return known
    const plan = this.choosePlan()
    const now = this.now()
    const stored: Stored | 'refused' =
      plan === 'refused'
        ? plan
        : {
            payment: {
              providerPaymentId: `provider-${order.paymentId}`,
              paymentId: order.paymentId,
              providerStatus: plan.first,
              state: plan.first,
              money: order.money,
            },
            shownAt: addMs(now, Math.floor(this.random() * SHOWN_AFTER_MS_MAX)),
            later: plan.later,
            decidedAt: addMs(now, Math.floor(this.random() * DECIDED_AFTER_MS_MAX)),
          }
    this.byKey.set(order.idempotencyKey, stored)
    if (stored !== 'refused') {
      this.tell(stored.payment, now)
      if (stored.later !== null) this.tell({ ...stored.payment, state: stored.later }, stored.decidedAt)
    }
    return stored
  }

  private choosePlan(): Plan | 'refused' {
    let luck = this.random()
    for (const [share, plan] of PLANS) {
      luck -= share
      if (luck < 0) return plan
    }
    return 'refused'
  }

  private presentOf({ payment, later, decidedAt }: Stored): ProviderPayment {
    return later !== null && this.now() >= decidedAt ? { ...payment, state: later } : payment
  }

  /** No message, one, or several, each with a delay of its own. */
  private tell(payment: ProviderPayment, at: Instant): void {
    const luck = this.random()
    const copies = luck < 0.2 ? 0 : luck < 0.85 ? 1 : 3
    for (let n = 0; n < copies; n += 1) {
      this.sent.push({ at: addMs(at, Math.floor(this.random() ** 4 * MESSAGE_DELAY_MS_MAX)), payment })
    }
  }
}

/** The key of a payment's charge. */
export function keyOf(paymentId: string): string {
  return `payment-${paymentId}`
}
