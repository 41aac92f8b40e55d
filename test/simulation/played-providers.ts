import { startAdyen } from '../fakes/adyen.ts'
import type { CardKind } from '../fakes/adyen-state.ts'
import type { ChaosPlan } from '../fakes/chaos.ts'
import type { SentMessage } from '../fakes/chaotic-server.ts'
import { startGoCardless } from '../fakes/gocardless.ts'
import type { MandateKind } from '../fakes/gocardless-state.ts'
import { startStripe } from '../fakes/stripe.ts'
import type { MethodKind } from '../fakes/stripe-state.ts'

/** Money that a provider has taken, for an invoice. */
export type Capture = { readonly id: string; readonly invoiceId: string | undefined; readonly cents: number }

/** A provider as a run plays with it: its fake, and what payers, banks and time do there. */
export type PlayedProvider = {
  readonly type: 'stripe' | 'gocardless' | 'adyen'
  readonly url: string
  /** What a connection to it needs. */
  readonly settings: object
  readonly onConnected: (made: { readonly webhook_url: string; readonly webhook_secret: string }) => void
  /** How many kinds of customers there are. */
  readonly kinds: number
  /** What is paid in. */
  readonly currencies: readonly string[]
  /** A customer leaves the method of a kind. */
  readonly leaveMethod: (customerThere: string, kind: number) => void
  readonly setChaos: (plan: ChaosPlan) => void
  /** It does not know the secrets of the connection any more, or knows them again. */
  readonly revoke: (isRevoked: boolean) => void
  readonly takeMessages: () => SentMessage[]
  readonly sign: (message: SentMessage, atMs: number) => SentMessage
  /** Somebody pays on a page. */
  readonly pay: (url: string) => void
  /** Some of what waits is decided; time passes at the bank. */
  readonly decide: (random: () => number) => void
  readonly captures: () => readonly Capture[]
  readonly refundedOf: (captureId: string) => number
  readonly refundCount: () => number
  /** Whether its payer had a payment taken back. */
  readonly isDisputed: (captureId: string) => boolean
  /** Nothing more is decided about a payment. */
  readonly leaveAlone: (captureId: string) => void
  /**
   * Whether it can be asked about payments and messages. One that cannot sends each message until it is answered, and
   * leaves what was never heard of to somebody.
   */
  readonly canBeAsked: boolean
  readonly violations: readonly string[]
  /** What went wrong on purpose, and how often. */
  readonly mischief: ReadonlyMap<string, number>
  readonly close: () => Promise<void>
}

const STRIPE_KEY = 'sk_test_chaos'
const GOCARDLESS_TOKEN = 'sandbox_chaos'
const ADYEN_KEY = 'AQEchaos'

const CURRENCIES = ['EUR', 'GBP', 'JPY', 'ISK']

/** Both cards' providers count krónur in hundredths, which Weir and ISO 4217 do not. */
function centsOf(amount: number, currency: string): number {
  return currency.toUpperCase() === 'ISK' ? amount / 100 : amount
}

const CARDS: readonly MethodKind[] = [
  'ok',
  'ok',
  'ok',
  'ok',
  'ok',
  'ok',
  'declined',
  'slow',
  'needs_3ds',
  'no_money',
]

async function playStripe(seed: number): Promise<PlayedProvider> {
  const fake = await startStripe(seed)
  const { state } = fake
  const decided = new Set<string>()
  return {
    type: 'stripe',
    url: fake.url,
    settings: { secret_key: STRIPE_KEY, supports_3ds: true },
    onConnected: () => undefined,
    kinds: CARDS.length,
    currencies: CURRENCIES,
    leaveMethod: (customer, n) => state.addMethod(customer, CARDS[n]),
    setChaos: (plan) => {
      fake.chaos = plan
    },
    revoke: (isRevoked) => state.revoke(STRIPE_KEY, isRevoked),
    takeMessages: fake.takeMessages,
    sign: fake.sign,
    pay: (url) => {
      const session = [...state.sessions.values()].find((each) => each.url === url)
      if (session) state.pay(session.id)
    },
    decide: (random) => {
      for (const intent of state.intents.values()) {
        if (intent.status !== 'processing' && intent.status !== 'requires_action') continue
        if (decided.has(intent.id)) continue
        decided.add(intent.id)
        if (random() < 0.8) state.succeed(intent)
        else state.fail(intent)
      }
    },
    captures: () =>
      state.captures().map(({ id, amount, currency, metadata }) => ({
        id,
        cents: centsOf(amount, currency),
        invoiceId: metadata.lago_payable_id,
      })),
    refundedOf: (id) => centsOf(state.refundedOf(id), state.intents.get(id)?.currency ?? ''),
    refundCount: () => state.refunds.size,
    isDisputed: () => false,
    leaveAlone: () => undefined,
    canBeAsked: true,
    violations: fake.violations,
    mischief: fake.mischief,
    close: fake.close,
  }
}

const MANDATES: readonly MandateKind[] = [
  'ok',
  'ok',
  'ok',
  'ok',
  'ok',
  'ok',
  'ok',
  'no_money',
  'closed',
  'ok',
]

async function playGoCardless(seed: number): Promise<PlayedProvider> {
  const fake = await startGoCardless(seed)
  const { state } = fake
  const looked = new Set<string>()
  return {
    type: 'gocardless',
    url: fake.url,
    settings: { access_token: GOCARDLESS_TOKEN },
    onConnected: ({ webhook_url: url, webhook_secret: secret }) => {
      state.endpoint = { url, secret }
    },
    kinds: MANDATES.length,
    // The one of their mandates' scheme.
    currencies: ['EUR'],
    leaveMethod: (customer, n) => state.addMandate(customer, MANDATES[n]),
    setChaos: (plan) => {
      fake.chaos = plan
    },
    revoke: (isRevoked) => state.revoke(GOCARDLESS_TOKEN, isRevoked),
    takeMessages: fake.takeMessages,
    sign: fake.sign,
    pay: () => {
      throw new Error('GoCardless has no pages')
    },
    decide: (random) => {
      for (const payment of state.payments.values()) {
        if (payment.status === 'charged_back' && random() < 0.5) state.chargeBack(payment, false)
        else if (payment.status !== 'paid_out') state.step(payment)
        else if (!looked.has(payment.id)) {
          looked.add(payment.id)
          const luck = random()
          if (luck < 0.1) state.fail(payment, 'refer_to_payer')
          else if (luck < 0.2) state.chargeBack(payment)
        }
      }
      for (const refund of state.refunds.values()) {
        if (refund.status === 'created') state.tellRefund(refund, 'paid')
      }
    },
    captures: () =>
      state
        .captures()
        .map(({ id, amount, metadata }) => ({ id, cents: amount, invoiceId: metadata.lago_invoice_id })),
    refundedOf: (id) => state.refundedOf(id),
    refundCount: () => state.refunds.size,
    isDisputed: (id) => state.payments.get(id)?.status === 'charged_back',
    leaveAlone: (id) => looked.add(id),
    canBeAsked: true,
    violations: fake.violations,
    mischief: fake.mischief,
    close: fake.close,
  }
}

const HOLDERS: readonly CardKind[] = [
  'ok',
  'ok',
  'ok',
  'ok',
  'ok',
  'ok',
  'declined',
  'slow',
  'needs_holder',
  'no_money',
]
const HMAC_KEY = '5'.repeat(64)

async function playAdyen(seed: number): Promise<PlayedProvider> {
  const fake = await startAdyen(seed)
  const { state } = fake
  const looked = new Set<string>()
  fake.itemsPerDelivery = 3
  return {
    type: 'adyen',
    url: fake.url,
    settings: { api_key: ADYEN_KEY, merchant_account: state.merchantAccount, hmac_key: HMAC_KEY },
    onConnected: ({ webhook_url: url }) => {
      state.endpoint = { url, hmacKey: HMAC_KEY, tokenHmacKey: '' }
    },
    kinds: HOLDERS.length,
    currencies: CURRENCIES,
    leaveMethod: (shopperReference, n) => state.addCard(shopperReference, HOLDERS[n]),
    setChaos: (plan) => {
      fake.chaos = plan
    },
    revoke: (isRevoked) => state.revoke(ADYEN_KEY, isRevoked),
    takeMessages: fake.takeMessages,
    sign: fake.sign,
    pay: (url) => {
      const link = [...state.links.values()].find((each) => each.url === url)
      if (link?.status === 'active') state.pay(link)
    },
    decide: (random) => {
      for (const payment of state.payments.values()) {
        const { pspReference, status } = payment
        if (status === 'waiting') state.decide(payment, random() < 0.8)
        else if (status === 'authorised' && !looked.has(pspReference)) {
          looked.add(pspReference)
          const luck = random()
          if (luck < 0.05 && state.refundedOf(pspReference) === 0) state.failCapture(payment)
          else if (luck < 0.1) state.dispute(payment, 'CHARGEBACK', 'Lost', `D${pspReference}`)
        }
      }
    },
    captures: () =>
      state.captures().map(({ pspReference, amount, metadata }) => ({
        id: pspReference,
        cents: centsOf(amount.value, amount.currency),
        invoiceId: metadata.lago_payable_id,
      })),
    refundedOf: (id) => centsOf(state.refundedOf(id), state.payments.get(id)?.amount.currency ?? ''),
    refundCount: () => state.refunds.size,
    isDisputed: (id) => state.payments.get(id)?.isDisputed === true,
    leaveAlone: (id) => looked.add(id),
    canBeAsked: false,
    violations: fake.violations,
    mischief: fake.mischief,
    close: fake.close,
  }
}

/** The providers that a run can play with, by type. */
export const PLAYED_PROVIDERS = {
  adyen: playAdyen,
  gocardless: playGoCardless,
  stripe: playStripe,
} as const
