import { GroupedMap } from './grouped-map.ts'

export type FakeMethod = { id: string; customer: string | null; kind: MethodKind; created: number }
export type MethodKind = 'ok' | 'declined' | 'no_money' | 'needs_3ds' | 'fraud' | 'slow' | 'dies_after_use'
export type FakeIntent = {
  id: string
  object: 'payment_intent'
  amount: number
  currency: string
  customer: string | null
  payment_method: string | null
  status: string
  metadata: Record<string, string>
  description: string | null
  created: number
  livemode: false
  next_action: object | null
  last_payment_error: object | null
}
export type FakeSession = {
  id: string
  mode: string
  status: 'open' | 'complete' | 'expired'
  url: string
  customer: string
  success_url: string | null
  amount: number
  currency: string
  expires_at: number
  payment_intent: string | null
  metadata: Record<string, string>
  keepsMethod: boolean
}
export type FakeRefund = {
  id: string
  object: 'refund'
  amount: number
  currency: string
  payment_intent: string
  status: string
  metadata: Record<string, string>
  reason: string | null
}
export type FakeEvent = {
  id: string
  object: 'event'
  type: string
  created: number
  livemode: false
  data: { object: object }
}
export type FakeEndpoint = { id: string; url: string; secret: string; events: string[]; version: string }

const ALREADY_PAID = ['succeeded', 'canceled', 'processing']

/** What a Stripe account holds, and what happens in it without a request of ours: buyers, banks and time. */
export class StripeState {
  /** The account that its keys open. */
  account = 'acct_fake1'
  readonly customers = new Map<
    string,
    {
      id: string
      metadata: Record<string, string>
      standard: string | null
      deleted: boolean
      email: string | null
      name: string | null
    }
  >()
  readonly methods = new Map<string, FakeMethod>()
  readonly intents = new GroupedMap<FakeIntent>(({ customer }) => customer ?? '')
  readonly sessions = new Map<string, FakeSession>()
  readonly refunds = new GroupedMap<FakeRefund>((refund) => refund.payment_intent)
  readonly endpoints: FakeEndpoint[] = []
  readonly events: FakeEvent[] = []
  private readonly untaken: FakeEvent[] = []
  private readonly revoked = new Set<string>()
  private count = 0

  id(prefix: string): string {
    this.count += 1
    return `${prefix}_${String(this.count).padStart(8, '0')}`
  }

  now(): number {
    return Math.floor(Date.now() / 1000)
  }

  /** Makes a key unknown, or known again. */
  revoke(secret: string, isRevoked = true): void {
    if (isRevoked) this.revoked.add(secret)
    else this.revoked.delete(secret)
  }

  isRevoked(secret: string): boolean {
    return this.revoked.has(secret) || !/^(sk|rk)_(test|live)_/.test(secret)
  }

  /** A customer leaves a method on a setup page, as Stripe tells it. */
  addMethod(customer: string, kind: MethodKind = 'ok'): FakeMethod {
    const method = { id: this.id('pm'), customer, kind, created: this.now() }
    this.methods.set(method.id, method)
    this.tell('setup_intent.succeeded', {
      id: this.id('seti'),
      object: 'setup_intent',
      customer,
      payment_method: method.id,
    })
    return method
  }

  /** Charges an intent with its method, as the method is. */
  confirm(intent: FakeIntent, method: FakeMethod, isOnSession: boolean): void {
    intent.payment_method = method.id
    const decline = DECLINES[method.kind]
    if (method.kind === 'needs_3ds' && isOnSession) {
      intent.status = 'requires_action'
      intent.next_action = {
        type: 'redirect_to_url',
        redirect_to_url: { url: `https://hooks.stripe.test/${intent.id}` },
      }
      this.tell('payment_intent.requires_action', intent)
    } else if (decline) {
      intent.status = 'requires_payment_method'
      intent.last_payment_error = {
        type: 'card_error',
        message: `The card was not charged: ${method.kind}`,
        ...decline,
      }
      this.tell('payment_intent.payment_failed', intent)
    } else if (method.kind === 'slow') {
      intent.status = 'processing'
      this.tell('payment_intent.processing', intent)
    } else this.succeed(intent)
  }

  succeed(intent: FakeIntent): void {
    intent.status = 'succeeded'
    intent.next_action = null
    intent.last_payment_error = null
    this.tell('payment_intent.succeeded', intent)
  }

  fail(intent: FakeIntent): void {
    intent.status = 'requires_payment_method'
    intent.last_payment_error = { type: 'card_error', code: 'card_declined', message: 'The bank says no' }
    this.tell('payment_intent.payment_failed', intent)
    const session = [...this.sessions.values()].find(({ payment_intent }) => payment_intent === intent.id)
    if (session?.status === 'complete') this.tellOfSession('checkout.session.async_payment_failed', session)
  }

  private tellOfSession(type: string, { id, payment_intent }: FakeSession): void {
    this.tell(type, { id, object: 'checkout.session', payment_intent })
  }

  /** A buyer pays a page; null when it is not open any more. */
  pay(sessionId: string, kind: MethodKind = 'ok'): FakeIntent | null {
    const session = this.sessions.get(sessionId)
    if (session?.status !== 'open' || session.mode !== 'payment') return null
    const method = { id: this.id('pm'), customer: session.customer, kind, created: this.now() }
    if (session.keepsMethod) this.methods.set(method.id, method)
    const known = session.payment_intent === null ? undefined : this.intents.get(session.payment_intent)
    const intent =
      known ?? this.newIntent(session.amount, session.currency, session.customer, session.metadata)
    session.payment_intent = intent.id
    this.methods.set(method.id, method)
    this.confirm(intent, method, true)
    if (intent.status === 'succeeded' || intent.status === 'processing') {
      session.status = 'complete'
      this.tellOfSession('checkout.session.completed', session)
    }
    return intent
  }

  newIntent(
    amount: number,
    currency: string,
    customer: string | null,
    metadata: Record<string, string>,
  ): FakeIntent {
    const intent: FakeIntent = {
      id: this.id('pi'),
      object: 'payment_intent',
      amount,
      currency,
      customer,
      payment_method: null,
      status: 'requires_confirmation',
      metadata,
      description: null,
      created: this.now(),
      livemode: false,
      next_action: null,
      last_payment_error: null,
    }
    this.intents.set(intent.id, intent)
    return intent
  }

  dispute(intentId: string, status: 'lost' | 'won'): void {
    const intent = this.intents.get(intentId)
    this.tell('charge.dispute.closed', {
      id: `dp_${intentId}`,
      object: 'dispute',
      amount: intent?.amount ?? 0,
      currency: intent?.currency ?? 'eur',
      payment_intent: intentId,
      status,
      reason: 'fraudulent',
    })
  }

  tell(type: string, object: object): void {
    const event: FakeEvent = {
      id: this.id('evt'),
      object: 'event',
      type,
      created: this.now(),
      livemode: false,
      // As it is at this moment.
      data: { object: JSON.parse(JSON.stringify(object)) },
    }
    this.events.push(event)
    this.untaken.push(event)
  }

  takeEvents(): FakeEvent[] {
    return this.untaken.splice(0)
  }

  endpointsFor(type: string): FakeEndpoint[] {
    return this.endpoints.filter(({ events }) => events.includes(type))
  }

  /** Money that was taken, less what was given back, by our payment ids or, for pages, by what they pay. */
  captures(): FakeIntent[] {
    return [...this.intents.values()].filter(({ status }) => status === 'succeeded')
  }

  refundedOf(intentId: string): number {
    return this.refunds
      .of(intentId)
      .filter(({ status }) => status !== 'failed')
      .reduce((sum, { amount }) => sum + amount, 0)
  }

  isOver({ status }: FakeIntent): boolean {
    return ALREADY_PAID.includes(status)
  }
}

export const DECLINES: Readonly<Partial<Record<MethodKind, { code: string; decline_code?: string }>>> = {
  declined: { code: 'card_declined', decline_code: 'generic_decline' },
  no_money: { code: 'card_declined', decline_code: 'insufficient_funds' },
  needs_3ds: { code: 'authentication_required', decline_code: 'authentication_required' },
  fraud: { code: 'card_declined', decline_code: 'fraudulent' },
}
