import { GoCardlessOAuth } from './gocardless-oauth.ts'
import { GroupedMap } from './grouped-map.ts'

export type MandateKind = 'ok' | 'no_money' | 'closed'
export type FakeMandate = {
  id: string
  status: string
  scheme: string
  created_at: string
  kind: MandateKind
  links: { customer: string; creditor: string }
}
export type FakeDebit = {
  id: string
  created_at: string
  amount: number
  currency: string
  status: string
  description: string | null
  metadata: Record<string, string>
  links: { mandate: string; creditor: string }
}
export type FakeDebitRefund = {
  id: string
  created_at: string
  amount: number
  currency: string
  status: string
  metadata: Record<string, string>
  links: { payment: string }
}
export type FakeFlow = { id: string; url: string; billingRequest: string; redirect_uri: string }
export type FakeGoCardlessEvent = {
  id: string
  created_at: string
  resource_type: string
  action: string
  links: Record<string, string>
  details: Record<string, string>
  metadata: Record<string, never>
}

const CURRENCIES: Readonly<Record<string, string>> = {
  bacs: 'GBP',
  sepa_core: 'EUR',
  ach: 'USD',
  becs: 'AUD',
  becs_nz: 'NZD',
  pad: 'CAD',
  betalingsservice: 'DKK',
  autogiro: 'SEK',
}
const STEPS = ['pending_submission', 'submitted', 'confirmed', 'paid_out']
const CAUSES = { no_money: 'insufficient_funds', closed: 'bank_account_closed' } as const
const REFUND_FAILED = ['failed', 'cancelled', 'bounced', 'funds_returned']

/** What a GoCardless account holds, and what happens in it without a request of ours: payers, banks and time. */
export class GoCardlessState {
  /** The account that its tokens open, and whether it may collect already. */
  creditor = { id: 'CR00000001', verification_status: 'successful' }
  /** Whether no refund is taken at present. */
  refusesRefunds = false
  readonly customers = new Map<string, { id: string; created_at: string } & Record<string, unknown>>()
  readonly mandates = new GroupedMap<FakeMandate>(({ links }) => links.customer)
  readonly payments = new GroupedMap<FakeDebit>(({ links }) => links.mandate)
  readonly refunds = new GroupedMap<FakeDebitRefund>(({ links }) => links.payment)
  readonly requests = new Map<string, { id: string; scheme: string; currency: string; customer: string }>()
  readonly flows = new Map<string, FakeFlow>()
  readonly events: FakeGoCardlessEvent[] = []
  readonly oauth = new GoCardlessOAuth()
  /** Where messages go, as somebody has pasted it. */
  endpoint: { readonly url: string; readonly secret: string } | null = null
  private readonly untaken: FakeGoCardlessEvent[] = []
  private readonly revoked = new Set<string>()
  private count = 0

  id(prefix: string): string {
    this.count += 1
    return `${prefix}${String(this.count).padStart(8, '0')}`
  }

  now(): string {
    return new Date().toISOString()
  }

  revoke(token: string, isRevoked = true): void {
    if (isRevoked) this.revoked.add(token)
    else this.revoked.delete(token)
  }

  isRevoked(token: string): boolean {
    return token === '' || this.revoked.has(token)
  }

  currencyOf(scheme: string): string {
    return CURRENCIES[scheme] ?? ''
  }

  /** A customer gives a mandate. */
  addMandate(customer: string, kind: MandateKind = 'ok', scheme = 'sepa_core'): FakeMandate {
    const mandate: FakeMandate = {
      id: this.id('MD'),
      status: 'pending_submission',
      scheme,
      created_at: this.now(),
      kind,
      links: { customer, creditor: this.creditor.id },
    }
    this.mandates.set(mandate.id, mandate)
    this.tell('mandates', 'created', { mandate: mandate.id })
    return mandate
  }

  /** A customer fills in the page of a flow. */
  fulfil(flowId: string): FakeMandate | null {
    const request = this.requests.get(this.flows.get(flowId)?.billingRequest ?? '')
    if (!request) return null
    const mandate = this.addMandate(request.customer, 'ok', request.scheme)
    const links = { billing_request: request.id, mandate_request_mandate: mandate.id }
    this.tell('billing_requests', 'fulfilled', links)
    return mandate
  }

  /** Ends a mandate, or takes it up again; a bank may tell of it as well as the API. */
  changeMandate(mandate: FakeMandate, status: string, action: string, origin = 'bank', links = {}): void {
    mandate.status = status
    this.tell('mandates', action, { mandate: mandate.id, ...links }, { origin, cause: `mandate_${action}` })
    if (status !== 'cancelled') return
    for (const payment of this.payments.of(mandate.id)) {
      if (payment.status === 'pending_submission') this.cancel(payment)
    }
  }

  cancel(payment: FakeDebit): void {
    payment.status = 'cancelled'
    this.tell('payments', 'cancelled', { payment: payment.id })
  }

  /** One step of time: to the bank, through it, to the account; or back, as the mandate is. */
  step(payment: FakeDebit): void {
    const at = STEPS.indexOf(payment.status)
    const next = STEPS[at + 1]
    // What has failed or was cancelled does not go on by itself.
    if (at === -1 || next === undefined) return
    const kind = this.mandates.get(payment.links.mandate)?.kind ?? 'ok'
    if (next === 'confirmed' && kind !== 'ok') this.fail(payment, CAUSES[kind])
    else {
      payment.status = next
      const details = { origin: 'gocardless', cause: `payment_${next}` }
      this.tell('payments', next, { payment: payment.id }, details)
    }
  }

  /** A bank says no, or takes back what it had paid. */
  fail(payment: FakeDebit, cause: string = CAUSES.no_money): void {
    payment.status = 'failed'
    const details = { origin: 'bank', cause, description: `The bank says: ${cause}` }
    this.tell('payments', 'failed', { payment: payment.id }, details)
  }

  /** A payer has a payment taken back, or gives it again. */
  chargeBack(payment: FakeDebit, isTakenBack = true): void {
    payment.status = isTakenBack ? 'charged_back' : 'paid_out'
    const action = isTakenBack ? 'charged_back' : 'chargeback_cancelled'
    this.tell(
      'payments',
      action,
      { payment: payment.id },
      { origin: 'bank', cause: 'authorisation_disputed' },
    )
  }

  tellRefund(refund: FakeDebitRefund, status: string): void {
    refund.status = status
    this.tell('refunds', status, { refund: refund.id })
  }

  tell(
    resource_type: string,
    action: string,
    links: Record<string, string>,
    details: Record<string, string> = { origin: 'api', cause: `${resource_type}_${action}` },
  ): FakeGoCardlessEvent {
    const event = {
      id: this.id('EV'),
      created_at: this.now(),
      resource_type,
      action,
      links,
      details,
      metadata: {},
    }
    this.events.push(event)
    this.untaken.push(event)
    return event
  }

  takeEvents(): FakeGoCardlessEvent[] {
    return this.untaken.splice(0)
  }

  /** Payments whose money has come, those that were charged back too. */
  captures(): FakeDebit[] {
    return [...this.payments.values()].filter(({ status }) => ['paid_out', 'charged_back'].includes(status))
  }

  refundedOf(paymentId: string): number {
    return this.refunds
      .of(paymentId)
      .filter(({ status }) => !REFUND_FAILED.includes(status))
      .reduce((sum, { amount }) => sum + amount, 0)
  }
}
